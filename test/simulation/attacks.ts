/**
 * Whoever owns a kiosk's disk and its signing key: what the hub has acknowledged cannot be changed, reordered or cut
 * unnoticed (promise P8), and nothing is sealed to a key of theirs (promise P7).
 */
import { randomBytes, type KeyObject } from 'node:crypto'
import canonicalize from 'canonicalize'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../src-shared/protocol/request-signature.ts'
import { signatureHeaders } from '../../src-shared/hub-api/index.ts'
import type { Fleet } from './history.ts'
import type { Kiosk } from './kiosk.ts'
import type { Random } from './random.ts'
import { Violation } from './world.ts'

interface Row {
  readonly seq: number
  readonly bytes: string
  readonly hash: Buffer
}

export interface Claimed {
  readonly pickup: string
  readonly incarnation: string
  readonly n: number
}

/**
 * Claims about what is other kiosks' affair: validly signed, so the hub keeps them. Of what was never granted to the
 * attacker's kiosk they must decide nothing there; of what it once had they cannot be told from a late truth, and must
 * end in a dispute and at rest.
 */
const claims = {
  'a second handover': [
    'handed-over',
    'SELECT g.pickup, g.incarnation, g.n FROM handover h JOIN "grant" g ON g.pickup = h.pickup WHERE h.kiosk <> :kiosk ORDER BY 1, 3',
  ],
  'a second handover of what it once had': [
    'handed-over',
    'SELECT g.pickup, g.incarnation, g.n FROM handover h JOIN "grant" g ON g.pickup = h.pickup WHERE h.kiosk <> :kiosk AND g.kiosk = :kiosk ORDER BY 1, 3',
  ],
  'a handover of another kiosk’s': [
    'handed-over',
    `SELECT pickup, incarnation, n FROM "grant" WHERE kiosk <> :kiosk AND state = 'granted' ORDER BY 1`,
  ],
  'a handover of what it gave back': [
    'handed-over',
    `SELECT mine.pickup, mine.incarnation, mine.n FROM "grant" mine JOIN "grant" other ON other.pickup = mine.pickup
     WHERE mine.kiosk = :kiosk AND mine.state NOT IN ('granted','revoking') AND other.kiosk <> :kiosk AND other.state = 'granted' ORDER BY 1, 3`,
  ],
  'an acknowledgement of another kiosk’s': [
    'revoke-acknowledged',
    `SELECT pickup, incarnation, n FROM "grant" WHERE kiosk <> :kiosk AND state IN ('granted','revoking') ORDER BY 1`,
  ],
} as const

/** Whoever owns a kiosk's signing key writes what its kiosk has never done. */
function claim(
  fleet: Fleet,
  kiosk: Kiosk,
  first: keyof typeof claims | null,
  sign: (entry: object, prev: string) => { bytes: string; signature: string },
  acked: number,
  head: string,
) {
  const { world, hub } = fleet
  // Of what there is to claim: what it once had is rarer than what it never had.
  const possible = (Object.keys(claims) as (keyof typeof claims)[]).flatMap((words) => {
    const [kind, query] = claims[words]
    const found = hub.memory.prepare(query).statement.all({ kiosk: kiosk.id }) as unknown as Claimed[]
    return found.length === 0 ? [] : [{ words, kind, found }]
  })
  if (possible.length === 0) return null
  const { words, kind, found } = possible.find((one) => one.words === first) ?? world.random.pick(possible)
  const { pickup, incarnation, n } = world.random.pick(found)
  world.tell(`${kiosk.name} is in the hands of an attacker: ${words}, ${pickup.slice(0, 4)}`)
  const facts = kind === 'handed-over' ? { slip: 'X'.repeat(22) } : {}
  return [
    sign(
      { seq: acked + 1, time: world.time, kind, pickup, epoch: { incarnation, n }, actor: null, facts, prev: head },
      head,
    ),
  ]
}

/**
 * A kiosk that gave something back which another holds by now: what it claims of that cannot be told from a late truth.
 */
function formerHolder(fleet: Fleet): Kiosk | null {
  const query = `SELECT DISTINCT mine.kiosk FROM "grant" mine JOIN "grant" other ON other.pickup = mine.pickup
    WHERE mine.state = 'acknowledged' AND other.state = 'granted' AND other.kiosk <> mine.kiosk ORDER BY 1`
  const ids = fleet.hub.memory
    .prepare(query)
    .statement.all()
    .map((row) => String(row.kiosk))
  const found = [...fleet.places.values()].filter((kiosk) => kiosk.excused === null && ids.includes(kiosk.id))
  return found.length === 0 ? null : fleet.world.random.pick(found)
}

/**
 * Sends signed entries that no honest kiosk would send; the hub must refuse those that are not its ledger, and freeze
 * the kiosk.
 */
export async function attack(fleet: Fleet, someone: Kiosk): Promise<void> {
  const { world, hub } = fleet
  const former = world.random.chance(0.5) ? formerHolder(fleet) : null
  const kiosk = former ?? someone
  const keys = kiosk.running?.services.keys
  const known = hub.memory
    .prepare("SELECT acked, frozen FROM kiosk WHERE id = ? AND state = 'active'")
    .statement.get(kiosk.id)
  if (keys === undefined || known === undefined || known.frozen === 1 || hub.processes.length === 0) return
  const acked = Number(known.acked)
  if (acked < 3) return
  const rows = kiosk.look((db) => db.prepare<[], Row>('SELECT seq, bytes, hash FROM ledger ORDER BY seq').all())
  if (rows.length < acked) return
  /** `prev` is what the entry says, `after` what it is signed to follow. */
  const sign = (entry: object, after: string, key = keys.signKey) => {
    const bytes = canonicalize(entry) ?? ''
    return { bytes, signature: signHash(key, chainHash(after, bytes)) }
  }
  const make = (seq: number, prev: string, key = keys.signKey, after = prev) =>
    sign(
      { seq, time: world.time, kind: 'pin-changed', pickup: null, epoch: null, actor: null, facts: {}, prev },
      after,
      key,
    )
  const hashAt = (seq: number) => (rows[seq - 1]?.hash ?? Buffer.alloc(32)).toString('hex')
  const first = former === null ? null : 'a handover of what it gave back'
  const claimed =
    former !== null || world.random.chance(0.5) ? claim(fleet, kiosk, first, sign, acked, hashAt(acked)) : null
  const how = world.random.pick(['overlap', 'gap', 'chain', 'signature', 'cut'] as const)
  const broken = {
    overlap: () => [make(acked - 1, hashAt(acked - 2))],
    gap: () => [make(acked + 2, hashAt(acked))],
    chain: () => [make(acked + 1, hashAt(acked - 1), keys.signKey, hashAt(acked))],
    signature: () => [make(acked + 1, hashAt(acked), privateKeyFromDer(newSignKeyPair().privateKeyDer))],
    cut: () => [],
  }[how]()
  if (claimed === null) world.tell(`${kiosk.name} is in the hands of an attacker: ${how}`)
  const entries = claimed ?? broken
  kiosk.excused = 'attacked'
  const path = claimed === null && how === 'cut' ? '/v1/report' : '/v1/ledger'
  const report = { generation: 1_000_000, seq: acked - 1, acked: acked - 1, ackedHash: hashAt(acked - 1), grants: null }
  const body = JSON.stringify(path === '/v1/report' ? report : { entries })
  const headers = {
    [signatureHeaders.kiosk]: kiosk.id,
    [signatureHeaders.time]: String(world.time),
    [signatureHeaders.signature]: signRequest(keys.signKey, 'POST', path, body, world.time),
  }
  const reply = await hub.answer('POST', path, headers, body)
  if (reply === null) return
  const answer = JSON.parse(Buffer.from(reply.bytes).toString()) as { code?: string }
  if (claimed === null && answer.code === undefined)
    throw new Violation(`P8: an attacker's ledger (${how}) is taken by the hub unnoticed`)
}

/** Entries that continue a ledger after `end`, each as it is given with its place in the chain, and signed. */
export function ledgerBatch(
  key: KeyObject,
  end: { readonly seq: number; readonly hash: string },
  entries: readonly object[],
): { readonly bytes: string; readonly signature: string }[] {
  let prev = end.hash
  return entries.map((entry, i) => {
    const bytes = canonicalize({ ...entry, seq: end.seq + 1 + i, prev }) ?? ''
    const hash = chainHash(prev, bytes)
    prev = hash.toString('hex')
    return { bytes, signature: signHash(key, hash) }
  })
}

/**
 * A kiosk that is written off says of what it once had that it handed it over, in an entry whose predecessors nobody
 * has.
 */
export async function lateClaim(fleet: Fleet, kiosk: Kiosk): Promise<void> {
  const { world, hub } = fleet
  const keys = kiosk.running?.services.keys
  const known = hub.memory
    .prepare("SELECT acked FROM kiosk WHERE id = ? AND state = 'written-off'")
    .statement.get(kiosk.id)
  const had = hub.memory
    .prepare('SELECT pickup, incarnation, n FROM "grant" WHERE kiosk = ? ORDER BY pickup, n')
    .statement.all(kiosk.id) as unknown as Claimed[]
  if (keys === undefined || known === undefined || had.length === 0) return
  const { pickup, incarnation, n } = world.random.pick(had)
  const after = { seq: Number(known.acked) + 3 + world.random.int(20), hash: randomHash(world.random) }
  world.tell(`${kiosk.name}, written off, claims beyond a gap that it handed ${pickup.slice(0, 4)} over`)
  const facts = { slip: 'Y'.repeat(22) }
  const claimed = { time: world.time, kind: 'handed-over', pickup, epoch: { incarnation, n }, actor: null, facts }
  await request(fleet, kiosk, '/v1/ledger', { entries: ledgerBatch(keys.signKey, after, [claimed]) })
}

const randomHash = (random: Random) =>
  Array.from({ length: 32 }, () => random.int(256).toString(16).padStart(2, '0')).join('')

/** Signs a request as the kiosk would. null: no hub process answered. */
export async function request(
  fleet: Fleet,
  kiosk: Kiosk,
  path: string,
  content: object,
): Promise<{ code?: string; state?: string } | null> {
  const { world, hub } = fleet
  const keys = kiosk.running?.services.keys
  if (keys === undefined) return null
  const body = JSON.stringify(content)
  const reply = await hub.answer(
    'POST',
    path,
    {
      [signatureHeaders.kiosk]: kiosk.id,
      [signatureHeaders.time]: String(world.time),
      [signatureHeaders.signature]: signRequest(keys.signKey, 'POST', path, body, world.time),
    },
    body,
  )
  return reply === null ? null : (JSON.parse(Buffer.from(reply.bytes).toString()) as { code?: string; state?: string })
}

/**
 * Somebody has carried a kiosk off, with its keystore and without a badge or a PIN: they tell the hub an opening key of
 * their own, with a countersignature of their own making where there is something to countersign, and then send away
 * all that the kiosk holds, to its own desk or to others, so that the hub seals afresh.
 */
export async function steal(fleet: Fleet, kiosk: Kiosk): Promise<void> {
  const { world, hub, promises } = fleet
  const keys = kiosk.running?.services.keys
  const known = hub.memory
    .prepare("SELECT acked, frozen, opening_key FROM kiosk WHERE id = ? AND state = 'active'")
    .statement.get(kiosk.id)
  if (keys === undefined || known === undefined || known.frozen === 1 || hub.processes.length === 0) return
  const key = randomBytes(32)
  promises.thieves.add(key.toString('base64url'))
  const inForce = known.opening_key as Buffer | null
  const countersignature = Buffer.alloc(48, 1).toString('base64url')
  const links =
    inForce === null || world.random.chance(0.3)
      ? []
      : [{ from: inForce.toString('base64url'), to: key.toString('base64url'), countersignature }]
  world.tell(
    `${kiosk.name} is stolen: the thief tells the hub an opening key, ${links.length} countersigned by themselves`,
  )
  const told = await request(fleet, kiosk, '/v1/opening-key', {
    nonce: randomBytes(16).toString('base64url'),
    openingKey: key.toString('base64url'),
    links,
  })
  if (told?.state === 'in-force') throw new Violation(`P7: a thief's opening key is in force for ${kiosk.name}`)
  if (told === null || world.random.chance(0.3)) return
  await sendAllAway(fleet, kiosk)
}

async function sendAllAway(fleet: Fleet, kiosk: Kiosk): Promise<void> {
  const { world, hub, desks } = fleet
  const keys = kiosk.running?.services.keys
  const known = hub.memory.prepare('SELECT acked, head_hash, frozen FROM kiosk WHERE id = ?').statement.get(kiosk.id)
  if (keys === undefined || known === undefined || known.frozen === 1) return
  const held = hub.memory
    .prepare(`SELECT pickup, incarnation, n FROM "grant" WHERE kiosk = ? AND state = 'granted' ORDER BY pickup`)
    .statement.all(kiosk.id) as unknown as Claimed[]
  if (held.length === 0) return
  const own = world.random.chance(0.6)
  const to = own ? kiosk.desk : world.random.pick(desks)
  const entries = ledgerBatch(
    keys.signKey,
    { seq: Number(known.acked), hash: String(known.head_hash) },
    held.map(({ pickup, incarnation, n }) => ({
      ...{ time: world.time, kind: 'sent-elsewhere', pickup },
      ...{ epoch: { incarnation, n }, actor: null, facts: { to, reason: 'wrong-desk' } },
    })),
  )
  world.tell(`the thief sends ${held.length} pickups of ${kiosk.name} to ${own ? 'its own desk' : to.slice(0, 4)}`)
  kiosk.excused = 'attacked'
  const taken = await request(fleet, kiosk, '/v1/ledger', { entries })
  if (taken === null || taken.code !== undefined || to !== kiosk.desk) return
  for (const { pickup, n } of held) {
    const anew = hub.memory
      .prepare(`SELECT 1 FROM "grant" WHERE pickup = ? AND kiosk = ? AND n > ?`)
      .statement.get(pickup, kiosk.id, n)
    if (anew !== undefined)
      throw new Violation(
        `P7: ${pickup.slice(0, 4)} is granted to ${kiosk.name} anew since its signing key sent it to its own desk`,
      )
  }
}
