/** What a handler of the hub API is given and gives. */
import type { HubBody, HubQuery, HubReply, HubRoute } from '../../src-shared/hub-api.ts'
import type { Result } from '../../src-shared/result.ts'
import type { Db } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import type { Agent, KioskCaller } from './callers.ts'

export interface RouteParts extends GrantParts {
  readonly db: Db
  /** PEM of the hub's certificate authority. */
  readonly authority: string
}

export interface Call<R extends HubRoute> {
  readonly query: HubQuery<R>
  readonly body: HubBody<R>
  /** Set on kiosk routes. */
  readonly kiosk: KioskCaller
  /** Set on agent routes. */
  readonly agent: Agent
}

/** A reply already written as JSON text: feed and snapshot pages are joined, not built. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type RouteHandlers = { readonly [R in HubRoute]: (call: Call<R>) => Promise<Result<HubReply<R> | JsonText>> }
/** The handlers of one group of routes. */
export type SomeHandlers<R extends HubRoute> = Pick<RouteHandlers, R>
