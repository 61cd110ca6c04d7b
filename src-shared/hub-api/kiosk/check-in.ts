/**
 * The route of a check-in screen: it holds no pickups, so it asks the hub whether anything waits here for whoever
 * identified themselves, and the hub tells the desk's own kiosk in the same transaction.
 */
import { z } from 'zod'
import { Ordinal } from '../../domain/bounds.ts'
import { DeskId, Language, ProofKind } from '../../domain/index.ts'
import { none, route } from '../route.ts'
import { CardQuery, DocumentQuery } from './walk-in.ts'

/**
 * What a screen asks with. It crosses sealed under a key that this screen and the hub share, inside TLS, and is kept by
 * neither.
 */
export const CheckInQuery = z.discriminatedUnion('by', [
  CardQuery,
  DocumentQuery,
  z.strictObject({ by: z.literal('pickup-code'), code: z.string().min(1).max(20) }),
])
export type CheckInQuery = z.infer<typeof CheckInQuery>

/** At most this many other desks are named. */
export const desksNamed = 3

export const CheckInAnswer = z.discriminatedUnion('outcome', [
  /** `told`: the desk's kiosk is connected, so the desk knows by now. */
  z.object({
    outcome: z.literal('here'),
    initials: z.string().max(12),
    language: Language,
    count: Ordinal,
    proofs: z.array(ProofKind),
    told: z.boolean(),
  }),
  /** It waits at another desk. */
  z.object({ outcome: z.literal('elsewhere'), language: Language, desks: z.array(DeskId).min(1).max(desksNamed) }),
  /** `known`: false where nobody has this card. An older hub does not say. */
  z.object({ outcome: z.literal('nothing'), known: z.boolean().optional() }),
])
export type CheckInAnswer = z.infer<typeof CheckInAnswer>

export const checkInRoutes = {
  /**
   * `query`: a CheckInQuery, sealed (base64url). A desk's own kiosk is told `elsewhere` or `nothing`; a screen also
   * L-205, L-240, L-251 and the codes of policy where the desk may not serve it now.
   */
  checkIn: route('POST', '/v1/check-in', 'kiosk', {
    query: none,
    body: z.strictObject({ query: z.string().max(1024) }),
    reply: CheckInAnswer,
  }),
} as const
