/**
 * The hub's connections: a pool over one or several hosts in which no way that a server can go ends the process, a
 * connection that the server has given up is never handed out again, and a server that takes no writes is passed over.
 */
import { Socket } from 'node:net'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { endsConnection } from './lost.ts'

export interface PoolTimes {
  /** Most connections. */
  readonly max: number
  /** Longest wait for a connection, ms. */
  readonly connectMs: number
  /** Longest time for one host to take a connection, ms. */
  readonly hostMs: number
  /** A connection is kept this long for the next question, ms. */
  readonly idleMs: number
  /** Longest that one statement may take, ms; without it, as long as it takes. */
  readonly queryMs?: number
}

const usual: PoolTimes = {
  max: 12,
  // What has waited longer was given up by its caller, and would only fill memory.
  connectMs: 30_000,
  hostMs: 10_000,
  // To make a connection costs as much as several answers.
  idleMs: 120_000,
}

/**
 * After a server has been given up, work under way on its connections may take this long to end by itself, ms. Whoever
 * waits on one that says nothing any more waits no longer than that once another has taken its place.
 */
const graceMs = 2000
/** At the end of the pool the same server is still there: what is under way may take longer, ms. */
const endGraceMs = 10_000

export interface HubPool extends PostgresPool {
  /**
   * New connections from here on, none of those there are: the server has gone, or another has taken its place. `url`:
   * of the list, where the server was found; without it the hosts are tried from the last one that answered.
   */
  renew(url?: string): void
  /** Ends every connection at once, with whatever waits for an answer on it: the server says nothing any more. */
  cut(): void
  /**
   * The same, and until `renew` whoever asks for a connection is refused at once: each would wait for every host in
   * turn.
   */
  shut(): void
  /** Connections that there are, and the one URI (of one host) that the next is tried at. */
  standing(): { readonly connections: number; readonly url: string }
}

/** The server does not take writes: a standby, or one that was told to be read-only. */
export class ReadOnlyServer extends Error {
  override name = 'ReadOnlyServer'
  readonly code = '25006'
}

/** One connection as Kysely has it. */
class Lent implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  /** Whether it is of an older generation of the pool. */
  readonly #old: () => boolean
  #gone = false
  constructor(client: pg.PoolClient, old: () => boolean) {
    this.#client = client
    this.#old = old
  }
  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    first: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof first !== 'string') throw new Error('the hub streams nothing')
    return this.#ask<R>(first, parameters)
  }
  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters])
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows: rows as R[] }
    } catch (error) {
      if (endsConnection(error)) this.#gone = true
      throw error
    }
  }
  release(destroy = false): void {
    this.#client.release(destroy || this.#gone || this.#old())
  }
}

/** Every connection is lent out: no other host would help. */
const isFull = (error: unknown) => error instanceof Error && error.message === 'timeout exceeded when trying to connect'

interface Generation {
  readonly pool: pg.Pool
  readonly sockets: Set<Socket>
  /** Rejects once the generation is given up: nobody waits for a connection of it any more. */
  readonly over: Promise<never>
  readonly end: () => void
}

async function mustWrite(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ no: boolean }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS no`,
  )
  if (rows[0]?.no !== false) throw new ReadOnlyServer('the server takes no writes')
}

/**
 * `urlNow`: of the host that is tried now, asked for each connection. `hostMs`: longest time for it to take one.
 */
function makeGeneration(urlNow: () => string, { max, connectMs, hostMs, idleMs, queryMs }: PoolTimes): Generation {
  const sockets = new Set<Socket>()
  class Connection extends pg.Client {
    constructor() {
      super({
        connectionString: urlNow(),
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        connectionTimeoutMillis: hostMs,
        ...(queryMs === undefined ? {} : { query_timeout: queryMs }),
        // A socket of our own can be ended whatever the driver waits for.
        stream: () => {
          const socket = new Socket()
          sockets.add(socket)
          socket.once('close', () => sockets.delete(socket))
          return socket
        },
      })
      // Lent out, a connection has no listener of the pool's: without one of its own, whatever ends it ends the
      // process.
      this.on('error', () => undefined)
    }
  }
  const pool = new pg.Pool({
    Client: Connection,
    max,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleMs,
    verify: (client, done) => {
      mustWrite(client).then(
        () => done(),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
    },
  })
  // An idle connection that breaks is replaced by the pool; the next query tells.
  pool.on('error', () => undefined)
  let end = (): void => undefined
  const over = new Promise<never>((_done, failed) => {
    end = () => failed(new Error('Connection terminated: the server was given up'))
  })
  over.catch(() => undefined)
  return { pool, sockets, over, end }
}

/** `urls`: one for each host, the first is tried first. */
export function createPool(urls: readonly string[], times: Partial<PoolTimes> = {}): HubPool {
  const asked = { ...usual, ...times }
  // A host that is silent leaves time to try the others.
  const bounds = { ...asked, hostMs: Math.min(asked.hostMs, Math.floor(asked.connectMs / urls.length)) }
  let host = 0
  let ended = false
  let shut = false
  const retired = new Set<Generation>()
  const urlNow = () => urls[host] ?? ''

  let current = makeGeneration(urlNow, bounds)
  const cutOff = ({ sockets }: Generation) => {
    for (const socket of sockets) socket.destroy()
  }
  function cut(): void {
    cutOff(current)
    for (const generation of retired) cutOff(generation)
  }
  function retire(generation: Generation): void {
    retired.add(generation)
    generation.end()
    const grace = setTimeout(() => cutOff(generation), graceMs)
    grace.unref()
    generation.pool
      .end()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(grace)
        retired.delete(generation)
      })
  }

  /** One try at one host. */
  async function tryOnce(): Promise<Lent> {
    const from = current
    const asked = from.pool.connect()
    const late = asked.then(
      (client) => () => client.release(true),
      () => () => undefined,
    )
    try {
      const client = await Promise.race([asked, from.over])
      return new Lent(client, () => from !== current)
    } catch (error) {
      // It may come when nobody waits for it any more.
      if (from !== current) void late.then((giveBack) => giveBack())
      throw error
    }
  }

  return {
    // Kysely asks for them only to cancel statements, which the hub does not do.
    options: {},
    async connect() {
      for (let tried = 1; ; tried++) {
        if (shut) throw new Error('Connection terminated: no server answers')
        const at = host
        const from = current
        try {
          return await tryOnce()
        } catch (error) {
          // Given up while it was waited for: asked again where the pool is now. Else each host is tried once.
          const renewed = from !== current && tried <= urls.length + 1
          if (ended || (!renewed && (tried >= urls.length || isFull(error)))) throw error
          // Whoever sees it first goes on to the next host, for all.
          if (!renewed && host === at) host = (at + 1) % urls.length
        }
      }
    },
    renew(url) {
      if (ended) return
      shut = false
      const found = url === undefined ? -1 : urls.indexOf(url)
      if (found >= 0) host = found
      const old = current
      current = makeGeneration(urlNow, bounds)
      retire(old)
    },
    cut,
    shut() {
      shut = true
      cut()
    },
    standing: () => ({ connections: current.pool.totalCount, url: urlNow() }),
    async end() {
      if (ended) return
      ended = true
      const patience = setTimeout(cut, endGraceMs)
      patience.unref()
      await current.pool.end()
      clearTimeout(patience)
    },
  }
}
