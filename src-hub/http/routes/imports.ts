/** Imports, by agents: what each may issue is policy's to say, row by row. */
import { ok, type Result } from '../../../src-shared/failures/result.ts'
import { createImport, importRows, listImports, moveImport, oneImport, takePart } from '../../imports/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

type Routes = 'imports' | 'import' | 'createImport' | 'importPart' | 'runImport' | 'cancelImport' | 'importRows'

export function importHandlers({ db, keys, now, importsWanted }: RouteParts): SomeHandlers<Routes> {
  /** The worker of this process starts at once; that of another finds it at its next turn. */
  function begun<T>(result: Result<T>, ready = true): Result<T> {
    if (result.ok && ready) importsWanted?.()
    return result
  }
  return {
    imports: async () => ok(await listImports(db)),
    import: async ({ query }) => oneImport(db, query.id),
    createImport: async ({ body, agent }) => ok(await createImport(db, body, agent.name, agent.role, now())),
    importPart: async ({ body, agent }) => begun(await takePart(db, keys, body, agent.name, now()), body.last),
    runImport: async ({ body, agent }) => begun(await moveImport(db, body.id, 'running', agent, now())),
    cancelImport: async ({ body, agent }) => moveImport(db, body.id, 'cancelled', agent, now()),
    importRows: async ({ query }) => ok(await importRows(db, query)),
  }
}
