/** A kiosk of the test’s own that says to the hub who holds its keys (src-shared/protocol/opening-holders.ts). */
import { randomBytes } from 'node:crypto'
import { StaffId, type DeskId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { proveHolders, type HoldersStatement } from '../../src-shared/protocol/opening-holders.ts'
import { countersign, openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import type { HubHere, Institute } from './hub.ts'
import type { KioskClient, OpeningKey } from './kiosk-client.ts'
import { value } from './wire.ts'

const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')

export interface Said {
  readonly by: string
  readonly holders: readonly string[]
  /** In place of those that are known for them. */
  readonly as?: ReadonlyMap<string, OpeningKey>
  /** Besides `holders`: somebody named once more, or for the first time. */
  readonly also?: readonly (readonly [string, OpeningKey])[]
  readonly proofBy?: OpeningKey
  /** In place of the next one. */
  readonly n?: number
}

/** Members of staff are named by what `join` and `known` give; each has an own key in `own`. */
export class HoldingDesk {
  readonly own = new Map<string, OpeningKey>()
  readonly kiosk: KioskClient
  readonly desk: DeskId
  n = 1
  readonly #institute: Institute
  readonly #hub: HubHere
  readonly #countersignTo: Buffer
  private constructor(institute: Institute, hub: HubHere, kiosk: KioskClient, desk: DeskId, countersignTo: Buffer) {
    this.#institute = institute
    this.#hub = hub
    this.kiosk = kiosk
    this.desk = desk
    this.#countersignTo = countersignTo
  }
  static async start(institute: Institute, hub: HubHere, name: string): Promise<HoldingDesk> {
    // One of an earlier test.
    for (const { id } of await institute.sql<{ id: string }>(
      "SELECT id FROM kiosk WHERE desk = $1 AND state = 'active' AND kind = 'desk'",
      [institute.desk(name).id],
    ))
      value(await hub.as('supervisor').writeOff(id))
    const kiosk = await institute.kiosk(hub, name)
    const countersignTo = Buffer.from(value(await kiosk.report()).countersignTo ?? '', 'base64url')
    return new HoldingDesk(institute, hub, kiosk, institute.desk(name).id, countersignTo)
  }

  /** Somebody who works there already. */
  async known(): Promise<StaffId> {
    const { staff } = value(await this.#hub.as('supervisor').call('staff', {}))
    const member = staff.find(({ id, desks }) => desks.includes(this.desk) && !this.own.has(id))
    if (member === undefined) throw new Error('nobody else works there')
    this.own.set(member.id, await newSealKeyPair())
    return member.id
  }
  /** Somebody who begins to work there. */
  async join(name: string): Promise<StaffId> {
    const body = { name, role: 'porter' as const, desks: [this.desk] }
    const { id } = value(await this.#hub.as('administrator').call('saveStaff', { body }))
    this.own.set(id, await newSealKeyPair())
    return id
  }
  async remove(staff: string): Promise<void> {
    value(await this.#hub.as('administrator').call('removeStaff', { body: { id: StaffId.parse(staff) } }))
  }

  async statement(key: OpeningKey, { by, holders, as = this.own, also = [], proofBy, n }: Said) {
    const named = holders.map((staff) => ({ staff, publicKey: as.get(staff)?.publicKey ?? Buffer.alloc(32) }))
    const list = [...named, ...also.map(([staff, { publicKey }]) => ({ staff, publicKey }))]
    const at = n ?? (this.n += 1)
    const said: HoldersStatement = { kiosk: this.kiosk.id, key: key.publicKey, n: at, by, holders: list }
    const mine = proofBy ?? as.get(by)
    if (mine === undefined) throw new Error('no own key')
    return {
      n: at,
      by: StaffId.parse(by),
      holders: list.map(({ staff, publicKey }) => ({ staff: StaffId.parse(staff), key: text(publicKey) })),
      byKey: text(await proveHolders(said, key.privateKey, this.#countersignTo)),
      byPerson: text(await proveHolders(said, mine.privateKey, this.#countersignTo)),
    }
  }
  async link(from: OpeningKey, to: OpeningKey) {
    const step = { kiosk: this.kiosk.id, from: from.publicKey, to: to.publicKey }
    return {
      from: text(from.publicKey),
      to: text(to.publicKey),
      countersignature: text(await countersign(step, from.privateKey, this.#countersignTo)),
    }
  }
  /** `from`: what countersigns it, the nearest first; null: nothing. */
  async tell(key: OpeningKey, from: OpeningKey | readonly OpeningKey[] | null, said: Said | null) {
    const older = from === null ? [] : 'publicKey' in from ? [from] : from
    const links = await Promise.all(older.map((one, i) => this.link(one, older[i - 1] ?? key)))
    const holders = said === null ? {} : { holders: await this.statement(key, said) }
    const nonce = randomBytes(16).toString('base64url')
    return this.kiosk.call('openingKey', { body: { nonce, openingKey: text(key.publicKey), links, ...holders } })
  }
  confirm(key: OpeningKey) {
    const fingerprint = openingFingerprint(this.kiosk.id, key.publicKey)
    return this.#hub.as('supervisor').call('confirmOpeningKey', { body: { kiosk: this.kiosk.id, fingerprint } })
  }
  refuse() {
    return this.#hub.as('supervisor').call('refuseOpeningKey', { body: { kiosk: this.kiosk.id } })
  }
  /** The first key of the kiosk, in force by a supervisor's letters. */
  async first(said: Said): Promise<OpeningKey> {
    const key = await newSealKeyPair()
    value(await this.tell(key, null, said))
    value(await this.confirm(key))
    return key
  }
  async inForce(): Promise<Buffer | undefined> {
    const rows = await this.#institute.sql<{ key: Buffer }>('SELECT opening_key AS key FROM kiosk WHERE id = $1', [
      this.kiosk.id,
    ])
    return rows[0]?.key
  }
  /** Kinds of the alarms that are open. */
  async alarms(): Promise<string[]> {
    const { alarms } = await this.#hub.as('supervisor').alarms()
    return alarms.flatMap((one) => (one.kiosk === this.kiosk.id && one.closedAt === null ? [one.kind] : []))
  }
}
