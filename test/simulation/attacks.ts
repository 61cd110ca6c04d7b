/** Whoever owns a kiosk's disk and its signing key: what the hub has acknowledged cannot be changed, reordered or cut unnoticed (promise P8). */
import canonicalize from 'canonicalize'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../src-shared/protocol/request-signature.ts'
import { signatureHeaders } from '../../src-shared/hub-api.ts'
import type { Fleet } from './history.ts'
import type { Kiosk } from './kiosk.ts'
import { Violation } from './world.ts'

interface Row {
  readonly seq: number
  readonly bytes: string
  readonly hash: Buffer
}

/** Sends signed entries that no honest kiosk would send; the hub must refuse them, and freeze the kiosk. */
export async function attack(fleet: Fleet, kiosk: Kiosk): Promise<void> {
  const { world, hub } = fleet
  const keys = kiosk.running?.services.keys
  const known = hub.memory.prepare("SELECT acked, frozen FROM kiosk WHERE id = ? AND state = 'active'").statement.get(kiosk.id)
  if (keys === undefined || known === undefined || known.frozen === 1 || hub.processes.length === 0) return
  const acked = Number(known.acked)
  if (acked < 3) return
  const rows = kiosk.look((db) => db.prepare<[], Row>('SELECT seq, bytes, hash FROM ledger ORDER BY seq').all())
  if (rows.length < acked) return
  const how = world.random.pick(['overlap', 'gap', 'chain', 'signature', 'cut'] as const)
  /** `prev` is what the entry says, `after` what it is signed to follow. */
  const make = (seq: number, prev: string, key = keys.signKey, after = prev) => {
    const entry = { seq, time: world.time, kind: 'pin-changed', pickup: null, epoch: null, actor: null, facts: {}, prev }
    const bytes = canonicalize(entry) ?? ''
    return { bytes, signature: signHash(key, chainHash(after, bytes)) }
  }
  const hashAt = (seq: number) => (rows[seq - 1]?.hash ?? Buffer.alloc(32)).toString('hex')
  const entries = {
    overlap: () => [make(acked - 1, hashAt(acked - 2))],
    gap: () => [make(acked + 2, hashAt(acked))],
    chain: () => [make(acked + 1, hashAt(acked - 1), keys.signKey, hashAt(acked))],
    signature: () => [make(acked + 1, hashAt(acked), privateKeyFromDer(newSignKeyPair().privateKeyDer))],
    cut: () => [],
  }[how]()
  world.tell(`${kiosk.name} is in the hands of an attacker: ${how}`)
  kiosk.excused = 'attacked'
  const path = how === 'cut' ? '/v1/report' : '/v1/ledger'
  const report = { generation: 1_000_000, seq: acked - 1, acked: acked - 1, ackedHash: hashAt(acked - 1), grants: null }
  const body = JSON.stringify(how === 'cut' ? report : { entries })
  const headers = {
    [signatureHeaders.kiosk]: kiosk.id,
    [signatureHeaders.time]: String(world.time),
    [signatureHeaders.signature]: signRequest(keys.signKey, 'POST', path, body, world.time),
  }
  const reply = await hub.answer('POST', path, headers, body)
  if (reply === null) return
  const answer = JSON.parse(Buffer.from(reply.bytes).toString()) as { code?: string }
  if (answer.code === undefined) throw new Violation(`P8: an attacker's ledger (${how}) is taken by the hub unnoticed`)
}
