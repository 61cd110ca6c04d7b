/** What a handler of the hub API is given and gives. */
import type { HubBody, HubQuery, HubReply, HubRoute } from '../../src-shared/hub-api/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import type { Db } from '../database/index.ts'
import type { EIds } from '../e-id/index.ts'
import type { SourcePlaces } from '../people-sources/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import type { ExportKey } from '../audit/index.ts'
import type { OidcSignIn, Session } from '../sign-in/index.ts'
import type { Readiness } from '../operations/index.ts'
import type { Guard } from '../webhooks/index.ts'
import type { Agent, KioskCaller } from './callers.ts'
import type { Readings } from './readings.ts'

export interface RouteParts extends GrantParts {
  readonly db: Db
  /** PEM of the hub's certificate authority, as it is now. */
  readonly authority: () => string
  /**
   * Resolves once what has been committed is behind a mark outside of the database: only then is anybody told of it.
   */
  readonly cover?: () => Promise<void>
  /** Whether requests should come here; without it, always. */
  readonly readiness?: Readiness
  /** Which addresses webhooks may go to; by default https outside of private networks. */
  readonly webhookGuard?: Guard
  /** Identification of recipients on their own phones; null where no broker is set. */
  readonly eIds?: EIds | null
  /** An import waits to be checked or carried out. */
  readonly importsWanted?: () => void
  /** Where people's files lie. */
  readonly sourcePlaces?: SourcePlaces
  /** A run of a people source waits. */
  readonly sourcesWanted?: () => void
  /** Somebody was changed: the desks that hold a pickup of theirs are to be told. */
  readonly correctionsWanted?: () => void
  /** Who has read what about whom. */
  readonly readings?: Readings
  /** The console; a simulation has none. */
  readonly console?: ConsoleParts
}

export interface ConsoleParts {
  /** Where people reach it (`https://hub.example.org`); null: wherever a request was sent. */
  readonly address: string | null
  /** Whether accounts with a password of their own may sign in. */
  readonly local: boolean
  readonly oidc: OidcSignIn | null
  readonly exportKey: ExportKey
}

/** What a browser brings beside its request, and takes with the answer. */
export interface Visitor {
  /** The hub's own origin, as the caller addressed it. */
  readonly origin: string
  /** The session's cookie. */
  readonly cookie: string | null
  readonly browser: string
  /** null takes the cookie away. */
  setCookie(value: string | null): void
}

export interface Call<R extends HubRoute> {
  readonly query: HubQuery<R>
  readonly body: HubBody<R>
  /** Set on kiosk routes. */
  readonly kiosk: KioskCaller
  /** Set on agent routes. */
  readonly agent: Agent
  /** Of an agent who came by the console's cookie; null for tokens. */
  readonly session: Session | null
  readonly visitor: Visitor
}

/**
 * A long reply from pieces that are JSON already, as bytes: feed and snapshot pages are joined, not built. As one long
 * text first it would cost twice the memory and most of the time.
 */
export class JsonPage {
  readonly bytes: Buffer
  /** Where the next page begins; null on the last. */
  readonly next: string | null
  constructor(before: string, items: readonly string[], after: string, next: string | null) {
    this.next = next
    const comma = Buffer.from(',')
    const pieces = items.flatMap((item, i) => (i === 0 ? [Buffer.from(item)] : [comma, Buffer.from(item)]))
    this.bytes = Buffer.concat([Buffer.from(before), ...pieces, Buffer.from(after)])
  }
}

export type RouteHandlers = { readonly [R in HubRoute]: (call: Call<R>) => Promise<Result<HubReply<R> | JsonPage>> }
/** The handlers of one group of routes. */
export type SomeHandlers<R extends HubRoute> = Pick<RouteHandlers, R>
