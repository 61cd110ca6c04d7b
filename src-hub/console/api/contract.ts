/** The hub API as the console calls it. */
import type { z } from 'zod'
import type { hubApi } from '../../../src-shared/hub-api/index.ts'

export type ConsoleApi = typeof hubApi
export type ConsoleRoute = keyof ConsoleApi
export type ConsoleReply<R extends ConsoleRoute> = z.infer<ConsoleApi[R]['reply']>
/** As written by the caller: defaults may be left out. */
export type ConsoleQuery<R extends ConsoleRoute> = z.input<ConsoleApi[R]['query']>
export type ConsoleBody<R extends ConsoleRoute> = z.input<ConsoleApi[R]['body']>
