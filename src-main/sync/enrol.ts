/**
 * Enrolment: a one-time code, which also pins the hub's certificate authority, and the kiosk's public keys
 * (docs/architecture.md#ledger-and-sync, point 1).
 */
import { DeskId, Incarnation, KioskId } from '../../src-shared/domain/index.ts'
import { authorityFingerprint, parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { enrolInfo, newSealKeyPair, open } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { newSigningKey, wipe, wrapUnattendedKeys } from '../vault/index.ts'
import type { Sqlite } from '../storage/index.ts'
import { createHubClient } from './hub-client.ts'

export interface EnrolledKiosk {
  readonly kiosk: KioskId
  readonly desk: DeskId
  readonly hubAddress: string
  readonly hubAuthority: string
}

/** What a kiosk is invited with. */
export interface Invitation {
  /** `https://host:port`. */
  readonly address: string
  readonly code: string
  /**
   * PEM of the hub's certificate authority, where it came with the invitation; it must be the one that the code names.
   */
  readonly authority?: string | undefined
  readonly proxy?: string | undefined
}

async function authorityOf({ address, authority, proxy }: Invitation, now: () => number): Promise<Result<string>> {
  if (authority !== undefined) return ok(authority)
  const stranger = createHubClient({ target: { address, authority: null, proxy }, signer: null, now })
  const reply = await stranger.call('authority', {})
  await stranger.close()
  return reply.ok ? ok(reply.value.pem) : reply
}

/**
 * Joins the hub and writes the kiosk's identity, keys wrapped, in one commit. Nothing is sent to a hub whose authority
 * is not the one the code names. Fails with L-102, L-103, L-104, L-105 or a network failure; nothing is stored then.
 */
export async function enrol(
  db: Sqlite,
  keyEncryptionKey: Uint8Array,
  invitation: Invitation,
  now: () => number,
): Promise<Result<EnrolledKiosk>> {
  const { address, code, proxy } = invitation
  const parsed = parseEnrolmentCode(code)
  if (parsed === null) return fail(failures.codeMalformed)

  const authority = await authorityOf(invitation, now)
  if (!authority.ok) return authority
  const pem = authority.value
  try {
    if (authorityFingerprint(pem) !== parsed.fingerprint) return fail(failures.hubNotThePinnedOne)
  } catch {
    // Not a certificate at all.
    return fail(failures.hubUnintelligible)
  }

  const signing = newSigningKey()
  const box = await newSealKeyPair()
  const hub = createHubClient({ target: { address, authority: pem, proxy }, signer: null, now })
  const reply = await hub.call('enrol', {
    body: {
      token: parsed.token,
      nonce: newId(),
      signKey: signing.publicKey.toString('base64url'),
      sealTo: box.publicKey.toString('base64url'),
    },
  })
  await hub.close()
  if (!reply.ok) {
    wipe(signing.der, box.privateKey)
    return reply
  }
  const { kiosk, desk, kind, incarnation } = reply.value
  let lookupKey: Buffer
  try {
    lookupKey = await open(
      box.privateKey,
      Buffer.from(reply.value.lookupKey, 'base64url'),
      enrolInfo,
      Buffer.from(kiosk),
    )
  } catch {
    return fail(failures.hubUnintelligible)
  } finally {
    wipe(box.privateKey)
  }
  const wrapped = wrapUnattendedKeys(keyEncryptionKey, signing.der, lookupKey)
  wipe(lookupKey)
  db.prepare(
    'INSERT INTO kiosk (one, kiosk, desk, kind, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(
    kiosk,
    desk,
    kind,
    address,
    pem,
    Incarnation.parse(incarnation),
    wrapped.signKey,
    wrapped.lookupKey,
    wrapped.cacheKey,
  )
  return ok({ kiosk: KioskId.parse(kiosk), desk: DeskId.parse(desk), hubAddress: address, hubAuthority: pem })
}
