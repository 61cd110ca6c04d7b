/**
 * Numbers for Prometheus: how the hub does, never about whom. Labels are routes, states and opaque ids of desks. On a
 * port of its own, so that what scrapes needs no token and what serves kiosks shows nothing.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { ReadyNote } from '../../src-shared/hub-api/agent/operations.ts'
import type { Db } from '../database/index.ts'

/** A kiosk that has been heard within this is online, ms. */
const onlineMs = 120_000

export interface Metrics {
  observe(route: string, status: number, ms: number): void
  /** Text format 0.0.4. */
  text(): Promise<string>
}

/** What is known without asking the database. */
export interface Standing {
  readonly draining: boolean
  readonly database: boolean
  readonly notes: readonly ReadyNote[]
  /** What was unpacked for callers, bytes, and how often one was asked to wait. */
  readonly limits: { readonly unpacked: number; readonly refused: number }
  /** The database's time minus this machine's, ms; hub time is the database's. */
  readonly skewMs: number
}

export function createMetrics(db: Db, now: () => number, standing: () => Standing): Metrics {
  const registers = [new Registry()]
  const [registry = new Registry()] = registers
  collectDefaultMetrics({ register: registry, prefix: 'lodge_' })
  const requests = new Counter({
    name: 'lodge_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'status'],
    registers,
  })
  const latency = new Histogram({
    name: 'lodge_request_seconds',
    help: 'Time to answer',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const up = gauge('lodge_database_up', 'Whether the database answered this scrape')
  const closing = gauge('lodge_draining', 'Whether this process is about to stop')
  const writable = gauge('lodge_database_writable', 'Whether the database took a write within the last seconds')
  const noted = gauge('lodge_note', 'What does not stop the hub and somebody should know', ['note'])
  const unpacked = gauge('lodge_unpacked_bytes', 'Bytes of text that compressed requests came to, since the start')
  const skew = gauge('lodge_clock_skew_seconds', 'The database’s time minus this machine’s')
  const waits = gauge(
    'lodge_callers_asked_to_wait',
    'Requests refused because one caller had too many, since the start',
  )
  const entries = gauge('lodge_ledger_entries', 'Ledger entries acknowledged')
  const grants = gauge('lodge_grants_open', 'Grants by state', ['state'])
  const heads = gauge('lodge_feed_head', 'Head of each desk’s feed', ['desk'])
  const alarms = gauge('lodge_alarms_open', 'Alarms and disputes that nobody has closed', ['kind'])
  const kiosks = gauge('lodge_kiosks', 'Active kiosks', ['state'])
  const queue = gauge('lodge_jobs', 'What waits to be done', ['queue'])
  const oldest = gauge('lodge_jobs_oldest_seconds', 'How long the oldest of a queue has waited', ['queue'])

  async function collect(): Promise<void> {
    const { draining, database, notes, limits, skewMs } = standing()
    closing.set(draining ? 1 : 0)
    writable.set(database ? 1 : 0)
    for (const note of ReadyNote.options) noted.set({ note }, notes.includes(note) ? 1 : 0)
    unpacked.set(limits.unpacked)
    skew.set(skewMs / 1000)
    waits.set(limits.refused)
    const at = now()
    try {
      const { rows } = await sql<{ name: string; label: string; n: number }>`
        SELECT 'entries' AS name, '' AS label, coalesce(sum(acked), 0)::bigint AS n FROM kiosk
        UNION ALL SELECT 'grants', state, count(*) FROM "grant" WHERE state IN ('granted','revoking') GROUP BY state
        UNION ALL SELECT 'heads', id, head FROM desk
        UNION ALL SELECT 'alarms', kind, count(*) FROM alarm WHERE closed_at IS NULL GROUP BY kind
        UNION ALL SELECT 'alarms', 'open-dispute', count(*) FROM dispute WHERE closed_at IS NULL
        UNION ALL SELECT 'kiosks', CASE WHEN frozen THEN 'frozen' WHEN coalesce(last_contact, 0) > ${at - onlineMs} THEN 'online' ELSE 'silent' END, count(*)
          FROM kiosk WHERE state = 'active' GROUP BY 2
        UNION ALL SELECT 'queue', 'secrets', count(*) FROM secret_job WHERE state IN ('pending','running')
        UNION ALL SELECT 'queue', 'webhooks', count(*) FROM webhook_delivery WHERE state = 'pending'
        UNION ALL SELECT 'queue', 'webhooks-dead', count(*) FROM webhook_delivery WHERE state = 'dead'
        UNION ALL SELECT 'queue', 'import-rows', coalesce(sum(ready), 0)::bigint FROM import WHERE state IN ('checking','running')
        UNION ALL SELECT 'oldest', 'secrets', coalesce(${at} - min(created_at), 0)::bigint FROM secret_job WHERE state IN ('pending','running')`.execute(
        db,
      )
      up.set(1)
      for (const one of [grants, heads, alarms, kiosks, queue, oldest]) one.reset()
      for (const { name, label, n } of rows) {
        const value = Number(n)
        if (name === 'entries') entries.set(value)
        else if (name === 'grants') grants.set({ state: label }, value)
        else if (name === 'heads') heads.set({ desk: label }, value)
        else if (name === 'alarms') alarms.set({ kind: label }, value)
        else if (name === 'kiosks') kiosks.set({ state: label }, value)
        else if (name === 'queue') queue.set({ queue: label }, value)
        else oldest.set({ queue: label }, value / 1000)
      }
    } catch {
      up.set(0)
    }
  }

  return {
    observe(route, status, ms) {
      requests.inc({ route, status: String(status) })
      latency.observe({ route }, ms / 1000)
    },
    async text() {
      await collect()
      return registry.metrics()
    },
  }
}

export interface MetricsServer {
  readonly port: number
  stop(): Promise<void>
}

/** `GET /metrics`, and nothing else. */
export async function serveMetrics(metrics: Metrics, host: string, port: number): Promise<MetricsServer> {
  const server: Server = createServer((request, reply) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      reply.writeHead(404).end()
      return
    }
    metrics.text().then(
      (text) => reply.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => reply.writeHead(500).end(),
    )
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
