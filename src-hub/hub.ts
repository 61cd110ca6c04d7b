/** The hub: database, keys, certificate, routes; one explicit start and stop. Several on one database are safe. */
import { Server as TlsServer } from 'node:tls'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerResponse } from 'node:http'
import { sql } from 'kysely'
import type { AlarmKind } from '../src-shared/domain/alarm-kinds.ts'
import { Incarnation, type SecretKind } from '../src-shared/domain/index.ts'
import type { ReadyNote } from '../src-shared/hub-api/agent/operations.ts'
import { newId } from '../src-shared/protocol/ids.ts'
import { describeFailure } from '../src-shared/failures/codes.ts'
import { ok, type Failure, type Result } from '../src-shared/failures/result.ts'
import {
  createDatabaseClock,
  skewWorthTelling,
  type DatabaseClock,
  beatTimes,
  codeOf,
  connectDatabase,
  createBeat,
  migrate,
  newestMigration,
  prepareOwnRole,
  prepareRole,
  startEmbeddedPostgres,
  type Db,
  type EmbeddedPostgres,
} from './database/index.ts'
import {
  type Agent,
  createConsolePort,
  createContacts,
  createHints,
  createLimits,
  createReadings,
  createServer,
  testHint,
  type ConsolePort,
  type Contacts,
  type Hints,
  type Limits,
} from './http/index.ts'
import { createImportWorker } from './imports/index.ts'
import { createBroker, createEIds, type EIdSettings } from './e-id/index.ts'
import { createCorrectionWorker } from './corrections/index.ts'
import { createDeskWorker } from './desk-work/index.ts'
import { presentAuthority, succeed } from './authority/index.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { loadExportKey } from './audit/index.ts'
import { createLights, type Lights } from './health/index.ts'
import { beginIncarnation, inLineage } from './kiosks/index.ts'
import { readTimeZone } from './desks/index.ts'
import { serveInZone } from '../src-shared/domain/zone.ts'
import { createMarks, markFile, readPosition } from './marks/index.ts'
import { anyAccount, createOidc, firstLinkMs, makeLink, type OidcSettings } from './sign-in/index.ts'
import {
  createCertificateWorker,
  issueUnder,
  keysOfThisHub,
  noteKeyFiles,
  type ConsoleCertificate,
  type HubKeys,
} from './keys/index.ts'
import { createPeopleWorker } from './people-sources/index.ts'
import { createMetrics, createReadiness, serveMetrics, type MetricsServer } from './operations/index.ts'
import type { GrantParts } from './pickups/index.ts'
import { createSecretWorker, type SecretWorker } from './secret-jobs/index.ts'
import {
  createLdapSource,
  createWebhookSource,
  generateSecret,
  type Secrets,
  type SecretSettings,
} from './secret-source/index.ts'
import { createWebhookWorker, type Guard } from './webhooks/index.ts'

export interface HubOptions {
  /** Master key, certificate authority and, without `databaseUrl`, the cluster. */
  readonly dataDir: string
  readonly databaseUrl?: string
  /** Who migrates a database of the institution's; `databaseUrl` then needs no rights but the running hub's. */
  readonly databaseOwnerUrl?: string
  readonly masterKeyFile?: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** Names in the server's certificate beside localhost. */
  readonly names?: readonly string[]
  /** Plain HTTP on loopback, for a proxy that speaks TLS in front. */
  readonly behindProxy?: boolean
  /** Agents by their tokens. */
  readonly tokens?: ReadonlyMap<string, Agent>
  /** How secrets are made and where they are put in force; by default nowhere. */
  readonly secretSettings?: SecretSettings
  /** Which addresses webhooks may go to; by default https outside of private networks. */
  readonly webhookGuard?: Guard
  /** PEM of an authority that webhooks' receivers are trusted by, beside the usual ones. */
  readonly webhookCa?: string
  /** Where CSV files of people sources lie, each source's in a folder of its own; by default in the data folder. */
  readonly peopleFolder?: string
  /** The database was put back from a backup: begins a new incarnation. Once, while no other hub runs on it. */
  readonly restored?: boolean
  /**
   * Where people reach the console (`https://hub.example.org`); null: wherever they found it. OIDC needs it when a
   * proxy hides the name.
   */
  readonly consoleAddress?: string | null
  /** The console once more at a port of its own, with the institution's certificate. 0 takes a free port. */
  readonly consolePort?: { readonly port: number; readonly certificate: ConsoleCertificate }
  /** Folder of the built console. */
  readonly consoleDir?: string | null
  /** false: nobody signs in with a password of this hub's. */
  readonly localAccounts?: boolean
  readonly oidc?: OidcSettings | null
  /** Where Prometheus may ask, in plain HTTP; nowhere by default. */
  readonly metrics?: { readonly host: string; readonly port: number }
  /** The broker of strong e-ID; without one it is not offered. */
  readonly eId?: EIdSettings | null
  /** Tests only: false does what is due when `runJobs` says so, and not by itself. */
  readonly work?: boolean
  /** Tests only: hub time itself, in place of the database's. */
  readonly now?: () => number
  /** Tests only: this machine's clock, which may be off. */
  readonly machineClock?: () => number
  readonly onBug?: (route: string, error: unknown) => void
  /**
   * What whoever runs the hub should know, in words that hold no value: the database went, came back, or went back in
   * time.
   */
  readonly onNote?: (words: string) => void
  /** Tests only: a throwaway cluster need not survive a power cut. */
  readonly fsync?: boolean
}

export interface RunningHub {
  readonly url: string
  readonly port: number
  /** PEM of the certificate authority. */
  readonly authority: string
  readonly db: Db
  readonly keys: HubKeys
  /** As it was at the start: a database that went back in time begins another. */
  readonly incarnation: string
  /** What issuing and granting need. */
  readonly parts: GrantParts
  readonly databaseUrl: string
  /** Where the cluster was placed when not inside the data folder. */
  readonly clusterMovedTo: string | null
  /** The token of the link that makes the first administrator, while there is no account; a newer start ends it. */
  readonly firstAdministrator: string | null
  /** Does now what is due at the directory and in the outbox; how much that was. */
  runJobs(): Promise<number>
  readonly metricsPort: number | null
  /** null: the console has no port of its own, or its certificate cannot be used so far. */
  readonly consolePort: number | null
  /** What was unpacked for callers, and how often one was asked to wait. */
  readonly limits: Limits['counts']
  /** Ends in order: not ready for `drainMs`, then requests finish (ten seconds at most), then all else. */
  stop(drainMs?: number): Promise<void>
}

async function currentIncarnation(db: Db, now: number): Promise<string> {
  await db
    .insertInto('hub')
    .values({ incarnation: Incarnation.parse(newId()) })
    .onConflict((conflict) => conflict.column('one').doNothing())
    .execute()
  const { incarnation } = await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
  await inLineage(db, incarnation, now)
  return incarnation
}

/** A machine whose clock is far off serves by the database's, and a person is told. */
async function tellSkew(db: Db, at: number, skewMs: number): Promise<void> {
  const detail = `${Math.round(-skewMs / 1000)} s off`
  await db.insertInto('alarm').values({ kind: 'hub-clock', kiosk: null, pickup: null, detail, at }).execute()
}

/**
 * A provider showed that a setting, or a clock, is wrong: who runs the hub reads it in the log, and administrators at
 * the console, once for as long as the alarm is open. No text of it holds a secret.
 */
async function tellTrouble(db: Db, at: number, kind: AlarmKind, failure: Failure): Promise<void> {
  const detail = `${failure.code} ${describeFailure(failure, 'en').what}`
  const open = await db
    .selectFrom('alarm')
    .select('id')
    .where('kind', '=', kind)
    .where('detail', '=', detail)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (open === undefined) await db.insertInto('alarm').values({ kind, kiosk: null, pickup: null, detail, at }).execute()
}

/** Longest that a request, or a call that is out, may still take once the hub stops. */
const finishMs = 10_000
/** Longest that an orderly stop takes beyond its drain time, whatever is out; who waited longer may end the process. */
export const longestStopMs = finishMs + 5000

interface Worker {
  start(): void
  run(): Promise<number>
  stop(): Promise<void>
}

/** The source of secrets and its worker, as the settings have it. */
function secretsOf(
  db: Db,
  parts: GrantParts,
  settings: SecretSettings | undefined,
  workers: Worker[],
  onBug: (job: string, error: unknown) => void,
  stop: AbortSignal,
): Pick<GrantParts, 'secrets'> {
  if (settings === undefined) return {}
  const generate = (kind: SecretKind) => generateSecret(kind, settings.generator)
  const { source, atHandover } = settings
  if (source.kind === 'none')
    return { secrets: { generate, directory: false, atHandover: false, settle: async () => undefined } }
  const made =
    source.kind === 'ldap'
      ? createLdapSource({ ...source, stop })
      : createWebhookSource({ ...source, now: parts.now, stop })
  let worker: SecretWorker | null = null
  const secrets: Secrets = {
    generate,
    directory: true,
    atHandover,
    settle: async (pickup, secret) => worker?.settle(pickup, secret),
  }
  worker = createSecretWorker(db, { ...parts, secrets }, made, onBug)
  workers.push(worker)
  return { secrets }
}

/** What looks at the database every second: whether it can be written to, is of this version, and is where it was. */
function watchDatabase(
  url: string,
  main: ReturnType<typeof connectDatabase>,
  { dataDir, onNote = () => undefined }: HubOptions,
  now: () => number,
  onReady: () => void,
) {
  const own = connectDatabase(url, beatTimes)
  const marks = createMarks({
    db: own.db,
    store: markFile(dataDir),
    now,
    position: readPosition,
    onBack: (why) =>
      onNote(`the database went back in time (${why}): nothing is granted until every kiosk has reported`),
    onUnkept: (error) => onNote(`the mark in the data folder cannot be written (${codeOf(error)})`),
  })
  let version = newestMigration
  const beat = createBeat({
    async work() {
      await marks.beat()
      const { rows } = await sql<{ version: number }>`SELECT max(version) AS version FROM migration`.execute(own.db)
      version = Number(rows[0]?.version)
      // Another process may have saved another one.
      serveInZone(await readTimeZone(own.db))
    },
    own: own.pool,
    main,
    onChange({ ready, code }) {
      onNote(ready ? 'the database takes writes' : `the database is away (${code})`)
      if (ready) onReady()
    },
  })
  return {
    marks,
    beat,
    current: () => version === newestMigration,
    notes(): ReadyNote[] {
      const { kept, position } = marks.standing()
      return [...(kept ? [] : ['mark-not-kept' as const]), ...(position ? [] : ['position-not-told' as const])]
    },
    async stop() {
      await beat.stop()
      await own.db.destroy()
    },
  }
}

/** Fails with L-801 for a database from the future. Throws when PostgreSQL cannot be reached at all. */
export async function startHub(options: HubOptions): Promise<Result<RunningHub>> {
  // Others may pass through (PostgreSQL's user must) and see nothing: every file in it is 0600.
  mkdirSync(options.dataDir, { recursive: true, mode: 0o711 })
  let embedded: EmbeddedPostgres | null = null
  let hints: Hints | null = null
  let contacts: Contacts | null = null
  let jobs: Jobs | null = null
  let lights: Lights | null = null
  let metricsServer: MetricsServer | null = null
  let consolePort: ConsolePort | null = null
  let watching: { stop(): Promise<void> } | null = null
  let dial: DatabaseClock | null = null
  const workers: Worker[] = []
  /** Aborts what is out when a stop has waited long enough for it. */
  const outgoing = new AbortController()
  if (options.databaseUrl === undefined)
    embedded = await startEmbeddedPostgres(options.dataDir, { fsync: options.fsync ?? true })
  const ownerUrl = embedded?.url ?? options.databaseOwnerUrl ?? options.databaseUrl ?? ''
  const owner = connectDatabase(ownerUrl)
  let main = owner
  const shutDatabase = async () => {
    await metricsServer?.stop()
    await consolePort?.stop()
    await jobs?.stop()
    await lights?.stop()
    await Promise.all(workers.map((worker) => worker.stop()))
    dial?.stop()
    await hints?.stop()
    await contacts?.stop()
    await watching?.stop()
    await main.db.destroy()
    await embedded?.stop()
  }
  try {
    const migrated = await migrate(owner.db)
    if (!migrated.ok) {
      await shutDatabase()
      return migrated
    }
    let url = options.databaseUrl ?? ownerUrl
    if (embedded !== null) url = await prepareOwnRole(owner.db, ownerUrl, options.dataDir)
    else if (options.databaseOwnerUrl !== undefined) await prepareRole(owner.db, url)
    if (url !== ownerUrl) {
      main = connectDatabase(url)
      await owner.db.destroy()
    }
    const { db } = main
    const loaded = await keysOfThisHub(db, options, options.now?.() ?? Date.now())
    if (!loaded.ok) {
      await shutDatabase()
      return loaded
    }
    const keys = loaded.value
    const clock = createDatabaseClock(db, options.machineClock, (skew) => tellSkew(db, clock.now(), skew))
    dial = clock
    if (options.now === undefined) await clock.measure()
    const now = options.now ?? (() => clock.now())
    const onBug = options.onBug ?? (() => undefined)
    const incarnation = await currentIncarnation(db, now())
    if (options.restored === true) await beginIncarnation(db, now())
    const watch = watchDatabase(url, main, options, now, () => hints?.restart())
    watching = watch
    await watch.beat.start()
    const webhookGuard = options.webhookGuard ?? { hosts: [], loopback: false }
    const trusted = options.webhookCa === undefined ? {} : { ca: options.webhookCa }
    workers.push(createWebhookWorker(db, { keys, now, guard: webhookGuard, stop: outgoing.signal, ...trusted }, onBug))
    const parts: GrantParts = {
      keys,
      now,
      floor: () => watch.marks.floor(),
      ...secretsOf(
        db,
        { keys, now, floor: () => watch.marks.floor() },
        options.secretSettings,
        workers,
        onBug,
        outgoing.signal,
      ),
    }
    const imports = createImportWorker(db, parts, onBug)
    const corrections = createCorrectionWorker(db, parts, onBug)
    const sourcePlaces = {
      folder: options.peopleFolder ?? join(options.dataDir, 'people'),
      stop: outgoing.signal,
    }
    const sources = createPeopleWorker(db, { ...parts, places: sourcePlaces }, onBug)
    workers.push(imports, createDeskWorker(db, parts, onBug), corrections, sources)
    jobs = createJobs(db, parts, onBug)
    const names = ['localhost', '127.0.0.1', ...(options.names ?? [])]
    let issuer = await presentAuthority(db, keys, options.dataDir, now())
    const identity = await issueUnder(issuer, names, now())
    const authorityPem = () => issuer.certificate.toString('pem')
    const listening = createHints({
      url: () => main.pool.standing().url,
      test: (word) => testHint(db, word),
      onNote: options.onNote,
    })
    hints = listening
    await hints.start()
    contacts = createContacts(db)
    contacts.start()
    if (options.now === undefined) clock.start()
    const limits = createLimits(() => performance.now())
    const notes = () =>
      watch
        .notes()
        .concat(listening.standing() === 'lost' ? ['hints-lost'] : [])
        .concat(Math.abs(clock.skew()) >= skewWorthTelling ? ['clock-off'] : [])
    const readiness = createReadiness({ database: () => watch.beat.standing(), current: () => watch.current(), notes })
    const metrics = createMetrics(db, now, () => ({
      draining: readiness.draining,
      database: watch.beat.standing().ready,
      notes: notes(),
      limits: limits.counts,
      skewMs: clock.skew(),
    }))
    const streams = new Set<ServerResponse>()
    const eId = options.eId ?? null
    async function tell(kind: AlarmKind, failure: Failure): Promise<void> {
      const { what, next } = describeFailure(failure, 'en')
      options.onNote?.(`${failure.code} ${what} ${next}`)
      await tellTrouble(db, now(), kind, failure).catch((error: unknown) => onBug(kind, error))
    }
    const onTrouble = (kind: AlarmKind) => (failure: Failure) => void tell(kind, failure)
    const app = createServer({
      ...parts,
      readiness,
      metrics,
      streams,
      db,
      cover: () => watch.marks.cover(),
      limits,
      readings: createReadings(db, now),
      importsWanted: () => imports.nudge(),
      sourcePlaces,
      sourcesWanted: () => sources.nudge(),
      correctionsWanted: () => corrections.nudge(),
      webhookGuard,
      authority: authorityPem,
      tls: options.behindProxy === true ? null : { key: identity.key, certificate: identity.certificate },
      tokens: options.tokens ?? new Map(),
      hints,
      contacts,
      console: {
        address: options.consoleAddress ?? null,
        local: options.localAccounts ?? true,
        oidc:
          options.oidc === undefined || options.oidc === null
            ? null
            : createOidc(db, options.oidc, { stop: outgoing.signal, onTrouble: onTrouble('sign-in-setting') }),
        exportKey: loadExportKey(options.dataDir),
      },
      consoleDir: options.consoleDir ?? null,
      eId,
      eIds:
        eId === null
          ? null
          : createEIds({
              db,
              keys,
              now,
              settings: eId,
              broker: createBroker(eId, { stop: outgoing.signal, onTrouble: onTrouble('e-id-setting') }),
            }),
      onBug,
    })
    await noteKeyFiles(db, options, now())
    const host = options.behindProxy === true ? '127.0.0.1' : (options.host ?? '127.0.0.1')
    await app.listen({ host, port: options.port ?? 0 })
    const wanted = options.consolePort ?? null
    const own = wanted === null ? null : createConsolePort(app, host, wanted.port)
    consolePort = own
    const certificates = createCertificateWorker(
      {
        async authority() {
          if (await succeed(db, keys, issuer, now())) issuer = await presentAuthority(db, keys, options.dataDir, now())
          return issuer
        },
        names,
        now,
        own: options.behindProxy === true ? null : identity,
        console: wanted?.certificate ?? null,
        others: options.webhookCa === undefined ? {} : { LODGE_HUB_WEBHOOK_CA_FILE: options.webhookCa },
        async use(what, pair) {
          if (what === 'console') await own?.use(pair)
          else if (app.server instanceof TlsServer)
            app.server.setSecureContext({ cert: pair.certificate, key: pair.key, minVersion: 'TLSv1.2' })
        },
        tell: (failure) => tell('certificate', failure),
      },
      (error) => onBug('certificates', error),
    )
    await certificates.run()
    workers.push(certificates)
    if (options.metrics !== undefined)
      metricsServer = await serveMetrics(metrics, options.metrics.host, options.metrics.port)
    jobs.start()
    lights = createLights(db, now, onBug)
    lights.start()
    const first =
      (options.localAccounts ?? true) && !(await anyAccount(db)) ? await makeLink(db, null, now() + firstLinkMs) : null
    if (options.work ?? true) for (const worker of workers) worker.start()
    const address = app.server.address()
    const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0)
    return ok({
      url: `${options.behindProxy === true ? 'http' : 'https'}://${host === '0.0.0.0' ? 'localhost' : host}:${port}`,
      port,
      get authority() {
        return authorityPem()
      },
      db,
      keys,
      incarnation,
      parts,
      databaseUrl: url,
      clusterMovedTo: embedded?.movedTo ?? null,
      firstAdministrator: first,
      async runJobs() {
        return (await Promise.all(workers.map((worker) => worker.run()))).reduce((sum, n) => sum + n, 0)
      },
      metricsPort: metricsServer?.port ?? null,
      get consolePort() {
        return own?.port ?? null
      },
      limits: limits.counts,
      async stop(drainMs = 0) {
        // Not ready any more, so that nobody new is sent here; then what is being answered is finished, and streams
        // end.
        readiness.drain()
        if (drainMs > 0) await new Promise((done) => setTimeout(done, drainMs))
        for (const raw of streams) raw.end()
        const patience = setTimeout(() => {
          outgoing.abort()
          app.server.closeAllConnections()
        }, finishMs)
        // Nothing new is begun while what is out comes back.
        await Promise.all([app.close(), ...workers.map((worker) => worker.stop())])
        clearTimeout(patience)
        await shutDatabase()
      },
    })
  } catch (error) {
    await shutDatabase()
    throw error
  }
}
