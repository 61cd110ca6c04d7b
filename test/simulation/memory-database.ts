/**
 * The hub's store in memory: SQLite behind the same Kysely that production code has over PostgreSQL. Transactions run
 * one after another; a gate before each of them (and before each statement outside one) lets a simulation choose their
 * order.
 */
import Database from 'better-sqlite3'
import {
  Kysely,
  PostgresQueryCompiler,
  SqliteAdapter,
  sql,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type QueryResult,
  type SelectModifierNode,
  type SqlBool,
} from 'kysely'
import type { Bulk, Db, Tables } from '../../src-hub/database/index.ts'
import { memorySchema } from './memory-schema.ts'

export const memoryBulk: Bulk = {
  among: (name, values) => sql<SqlBool>`${sql.ref(name)} IN (${sql.join(values)})`,
  async insertFeed(tx, desk, first, bodies) {
    await tx
      .insertInto('feed')
      .values(bodies.map((body, i) => ({ desk, seq: first + i, body })))
      .execute()
  },
  async insertEntries(tx, kiosk, rows, now) {
    const values = rows.map(({ seq, kind, pickup, time, bytes, hash, signature, poison }) => ({
      ...{ kiosk, seq, kind, pickup, time, bytes, hash, signature, poison },
      received_at: now,
    }))
    await tx.insertInto('ledger_entry').values(values).execute()
  },
  async setGrantStates(tx, rows) {
    for (const { pickup, incarnation, n, state } of rows)
      await tx
        .updateTable('grant')
        .set({ state })
        .where('pickup', '=', pickup)
        .where('incarnation', '=', incarnation)
        .where('n', '=', n)
        .execute()
  },
  async insertGrants(tx, of, rows) {
    for (const row of rows)
      await tx
        .insertInto('grant')
        .values({ ...of, ...row, state: 'granted' })
        .execute()
  },
  async setGranted(tx, desk, rows) {
    for (const { id, n } of rows)
      await tx
        .updateTable('pickup')
        .set({ state: 'granted', desk, epoch_n: n, moving_to: null })
        .where('id', '=', id)
        .execute()
  },
  async insertHandovers(tx, kiosk, rows) {
    for (const row of rows)
      await tx
        .insertInto('handover')
        .values({ ...row, kiosk })
        .execute()
  },
  async updatePickups(tx, rows) {
    for (const { id, state, movingTo, held } of rows)
      await tx.updateTable('pickup').set({ state, moving_to: movingTo, held }).where('id', '=', id).execute()
  },
  async setReplaced(tx, rows) {
    for (const { id, by } of rows)
      await tx.updateTable('pickup').set({ replaced_by: by }).where('id', '=', id).execute()
  },
  notify: () => Promise.resolve(),
}

class MemoryAdapter extends SqliteAdapter {
  readonly bulk = memoryBulk
}

/** PostgreSQL's words as the hub's rules use them; row locks mean nothing where transactions run one after another. */
class MemoryCompiler extends PostgresQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '?'
  }
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'ForUpdate' || node.modifier === 'ForShare' || node.modifier === 'SkipLocked') return
    super.visitSelectModifier(node)
  }
}

const incoming = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)

interface Statement {
  readonly statement: Database.Statement<unknown[], Record<string, unknown>>
  /** Columns that are not as SQLite gives them. */
  readonly json: readonly string[]
  readonly truth: readonly string[]
}

class MemoryConnection implements DatabaseConnection {
  readonly #memory: MemoryDatabase
  constructor(memory: MemoryDatabase) {
    this.#memory = memory
  }
  executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { statement, json, truth } = this.#memory.prepare(text)
      const values = parameters.map(incoming)
      if (!statement.reader)
        return Promise.resolve({ rows: [], numAffectedRows: BigInt(statement.run(...values).changes) })
      const rows = statement.all(...values)
      for (const row of rows) {
        for (const name of json) if (typeof row[name] === 'string') row[name] = JSON.parse(row[name])
        for (const name of truth) if (row[name] !== null) row[name] = row[name] === 1
      }
      return Promise.resolve({ rows: rows as R[] })
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }
  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    return Promise.reject(new Error('the hub streams nothing'))
  }
}

/** One database, which any number of hub processes use; `image` is a backup of it. */
export class MemoryDatabase {
  #db: Database.Database
  #statements = new Map<string, Statement>()
  #busy: Promise<void> = Promise.resolve()

  constructor(image?: Buffer) {
    this.#db = new Database(image ?? ':memory:')
    this.#db.pragma('foreign_keys = ON')
    if (image === undefined) this.#db.exec(memorySchema)
  }
  /** For looking at it from outside, past every rule. */
  get raw(): Database.Database {
    return this.#db
  }
  image(): Buffer {
    return this.#db.serialize()
  }
  close(): void {
    this.#db.close()
  }
  prepare(text: string): Statement {
    let known = this.#statements.get(text)
    if (known === undefined) {
      const statement = this.#db.prepare<unknown[], Record<string, unknown>>(text)
      const columns = statement.reader ? statement.columns() : []
      const named = (type: string) => columns.filter((column) => column.type === type).map((column) => column.name)
      known = { statement, json: named('jsonb'), truth: named('boolean') }
      this.#statements.set(text, known)
    }
    return known
  }
  /** Waits for its turn; call what it gives to end it. */
  async turn(): Promise<() => void> {
    const before = this.#busy
    let end = (): void => undefined
    this.#busy = new Promise((resolve) => {
      end = resolve
    })
    await before
    return end
  }
}

/**
 * `gate` is awaited before each transaction and each statement outside one; one that never comes back is a process that
 * died.
 */
export function openMemory(memory: MemoryDatabase, gate: () => Promise<void> = () => Promise.resolve()): Db {
  const turns = new WeakMap<DatabaseConnection, () => void>()
  const run = (connection: DatabaseConnection, text: string) =>
    connection
      .executeQuery({ sql: text, parameters: [], query: { kind: 'RawNode' } } as unknown as CompiledQuery)
      .then(() => undefined)
  const driver: Driver = {
    init: () => Promise.resolve(),
    async acquireConnection() {
      await gate()
      const connection = new MemoryConnection(memory)
      turns.set(connection, await memory.turn())
      return connection
    },
    beginTransaction: (connection) => run(connection, 'begin'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection(connection) {
      turns.get(connection)?.()
      return Promise.resolve()
    },
    destroy: () => Promise.resolve(),
  }
  const dialect: Dialect = {
    createAdapter: () => new MemoryAdapter(),
    createDriver: () => driver,
    createQueryCompiler: () => new MemoryCompiler(),
    createIntrospector: () => ({}) as DatabaseIntrospector,
  }
  return new Kysely<Tables>({ dialect })
}
