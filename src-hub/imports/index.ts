export { createImport, importRows, listImports, moveImport, oneImport, takePart } from './manage.ts'
export { createImportWorker, type ImportWorker } from './worker.ts'
