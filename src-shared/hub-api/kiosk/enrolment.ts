/** How a kiosk begins: the hub's authority, its one-time code, and its opening key. */
import { z } from 'zod'
import { DeskId, Incarnation, Instant, KioskId, KioskKind } from '../../domain/index.ts'
import { base64url, Nonce, OpeningHoldersText, OpeningLinkText, PublicKey } from '../words.ts'
import { noBody, none, route } from '../route.ts'

/** Old keys' links are kept for a hub that was put back from a backup; so many go with one request. */
export const maxOpeningLinks = 50

export const enrolmentRoutes = {
  /** The hub's certificate authority, so that the code's fingerprint can be checked before anything is sent. */
  authority: route('GET', '/v1/authority', 'open', { query: none, body: noBody, reply: z.object({ pem: z.string() }) }),
  health: route('GET', '/v1/health', 'open', {
    query: none,
    body: noBody,
    reply: z.object({ status: z.literal('ok'), hubTime: Instant }),
  }),
  /**
   * Uses up the code. `sealTo` is an ephemeral X25519 key: the lookup key comes back sealed to it (HPKE, info
   * `lodge/enrol/1`, aad = kiosk id).
   */
  enrol: route('POST', '/v1/enrol', 'code', {
    query: none,
    body: z.object({ token: z.string().max(64), nonce: Nonce, signKey: PublicKey, sealTo: PublicKey }),
    reply: z.object({
      kiosk: KioskId,
      desk: DeskId,
      kind: KioskKind.default('desk'),
      incarnation: Incarnation,
      hubTime: Instant,
      lookupKey: base64url,
    }),
  }),
  /**
   * Tells the hub of the kiosk's opening key (X25519), and asks how it stands. The signing key alone, which works
   * unattended, puts no key in force: `links` that lead from the one in force to it do (each countersigned by an older
   * key, which a badge and PIN opened), or else a supervisor's word at the console; until then it `waits`, and nothing
   * is granted to its desk. L-431: it was refused. L-432: another one waits.
   *
   * `holders` says who has a share. Once a kiosk has said so, only somebody whom the hub knows as a holder, and who
   * works at the desk, vouches for its next key. L-437 (`staff`): it is shared with somebody who does not, or with an
   * own key that was given up; it is refused for good.
   */
  openingKey: route('POST', '/v1/opening-key', 'kiosk', {
    query: none,
    body: z.object({
      nonce: Nonce,
      openingKey: PublicKey,
      links: z.array(OpeningLinkText).max(maxOpeningLinks).optional(),
      holders: OpeningHoldersText.optional(),
    }),
    reply: z.object({
      registered: z.literal(true),
      state: z.enum(['in-force', 'waits']).default('in-force'),
      /** What became of `holders`; an older hub asks for none. */
      holders: z.enum(['taken', 'not-taken']).optional(),
    }),
  }),
} as const
