/** Imports, by agents: what each may issue is policy's to say, row by row. */
import { ok } from '../../../src-shared/result.ts'
import { createImport, importRows, listImports, moveImport, oneImport, takePart } from '../../imports/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

type Routes = 'imports' | 'import' | 'createImport' | 'importPart' | 'runImport' | 'cancelImport' | 'importRows'

export function importHandlers({ db, keys, now }: RouteParts): SomeHandlers<Routes> {
  return {
    imports: async () => ok(await listImports(db)),
    import: async ({ query }) => oneImport(db, query.id),
    createImport: async ({ body, agent }) => ok(await createImport(db, body, agent.name, agent.role, now())),
    importPart: async ({ body }) => takePart(db, keys, body, now()),
    runImport: async ({ body, agent }) => moveImport(db, body.id, 'running', agent.name, now()),
    cancelImport: async ({ body, agent }) => moveImport(db, body.id, 'cancelled', agent.name, now()),
    importRows: async ({ query }) => ok(await importRows(db, query)),
  }
}
