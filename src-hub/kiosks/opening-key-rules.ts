/**
 * Which opening key of a kiosk is in force: a pure rule. The kiosk's signing key opens with the keystore alone, so a
 * request signed with it proves nobody's presence. A key takes force by what a badge and a PIN opened (a chain of
 * countersignatures from the key in force), or by a supervisor's word. Everything else waits, and a key that was
 * refused stays refused.
 */

export interface KeysKnown {
  /** base64url, as everything here; null: none yet. */
  readonly inForce: string | null
  /** Asked for, and nobody has vouched for it. */
  readonly pending: string | null
  readonly refused: ReadonlySet<string>
  /** Of the refused ones: only for whom they were shared with. */
  readonly shared: ReadonlySet<string>
}

export interface Vouched {
  readonly from: string
  readonly to: string
  readonly countersignature: string
}

export type Standing =
  /** Nothing changes: it is in force already. */
  | { readonly is: 'in-force' }
  /**
   * Takes force now. `gives` is a key that waited in its place: refused from now on, since its holder could not vouch
   * for it.
   */
  | { readonly is: 'takes-force'; readonly gives: string | null }
  /** Waits for a supervisor: `fresh` when it is the first to say so. */
  | { readonly is: 'waits'; readonly fresh: boolean }
  | { readonly is: 'refused' }
  | { readonly is: 'another-waits' }

/**
 * The path of countersignatures that leads from the key in force to `key`, shortest first; null: there is none. Refused
 * keys lead nowhere; but one that was refused for whom it was shared with leads on, never to itself, where `byHolder`:
 * somebody whom the hub knows says who holds `key`. Whether each countersignature is true is for the caller to check:
 * it costs, so only the path is.
 */
export function pathTo(
  known: KeysKnown,
  key: string,
  links: readonly Vouched[],
  byHolder: boolean,
): readonly Vouched[] | null {
  const leads = (step: string) => !known.refused.has(step) || (byHolder && step !== key && known.shared.has(step))
  if (known.inForce === null) return null
  const reached = new Map<string, readonly Vouched[]>([[known.inForce, []]])
  const queue = [known.inForce]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const path = reached.get(at) ?? []
    if (at === key) return path
    for (const link of links) {
      if (link.from !== at || reached.has(link.to) || !leads(link.to)) continue
      reached.set(link.to, [...path, link])
      queue.push(link.to)
    }
  }
  return null
}

/** `vouched`: a path from the key in force to this one was found, and each of its countersignatures is true. */
export function standingOf(known: KeysKnown, key: string, vouched: boolean): Standing {
  if (known.refused.has(key)) return { is: 'refused' }
  if (key === known.inForce) return { is: 'in-force' }
  if (vouched) return { is: 'takes-force', gives: known.pending === key ? null : known.pending }
  if (known.pending === null) return { is: 'waits', fresh: true }
  return known.pending === key ? { is: 'waits', fresh: false } : { is: 'another-waits' }
}

/** So many times other letters may be typed; then the key counts as refused. */
export const fingerprintTries = 5

/** What the hub knows of those who hold a kiosk's key. Keys in base64url. */
export interface HoldersKnown {
  /** Of the newest statement that was taken; null: this kiosk has made none, as older versions do not. */
  readonly n: number | null
  /** Whose own key is which. */
  readonly current: ReadonlyMap<string, string>
  /**
   * Own keys that somebody other than their person has vouched for: a supervisor's letters, the kiosk's first
   * statement, or somebody who works at the desk and whose own key is vouched for in the same way.
   */
  readonly sound: ReadonlySet<string>
  /** Own keys that do not count any more: their person was removed, or chose another PIN. */
  readonly gaveUp: ReadonlySet<string>
  /** Who works at the desk. */
  readonly members: ReadonlySet<string>
}

export interface HoldersSaid {
  readonly by: string
  readonly holders: readonly { readonly staff: string; readonly key: string }[]
}

export type HoldersJudged =
  /** The kiosk has not said who holds the key, or nothing proves it. */
  | { readonly is: 'unsaid' }
  /** `staff` do not work at the desk, or the key given for them was given up. */
  | { readonly is: 'strangers'; readonly staff: readonly string[] }
  /** `byHolder`: the hub knows the own key of whoever says so, and it is sound. */
  | { readonly is: 'said'; readonly byHolder: boolean }

/** That a member of staff, with their own key, has named another's own key as a holder's. Keys in base64url. */
export interface HolderWord {
  readonly key: string
  readonly byStaff: string
  readonly byKey: string
}

/**
 * The own keys that words lead to from those which a supervisor's letters or a first statement named. The word of
 * whoever was removed leads nowhere, so neither does what they prepared in a colleague's name.
 */
export function soundKeys(
  first: Iterable<string>,
  words: readonly HolderWord[],
  members: ReadonlySet<string>,
): ReadonlySet<string> {
  const sound = new Set(first)
  for (let size = -1; size !== sound.size;) {
    size = sound.size
    for (const { key, byStaff, byKey } of words) if (members.has(byStaff) && sound.has(byKey)) sound.add(key)
  }
  return sound
}

/** Of a statement whose proofs are true. One that names anybody, or an own key, twice says nothing. */
export function judgeHolders(known: HoldersKnown, { by, holders }: HoldersSaid): HoldersJudged {
  const different = (values: readonly string[]) => new Set(values).size
  const { length } = holders
  if (different(holders.map(({ staff }) => staff)) < length || different(holders.map(({ key }) => key)) < length)
    return { is: 'unsaid' }
  const strangers = holders.filter(({ staff, key }) => !known.members.has(staff) || known.gaveUp.has(key))
  if (strangers.length > 0) return { is: 'strangers', staff: strangers.map(({ staff }) => staff) }
  const own = holders.find(({ staff }) => staff === by)?.key
  const byHolder = own !== undefined && known.current.get(by) === own && known.sound.has(own)
  return { is: 'said', byHolder }
}

/** Whether these, and nobody else, hold the key in force as far as the hub knows. */
export function areKnown({ current }: HoldersKnown, { holders }: Pick<HoldersSaid, 'holders'>): boolean {
  return holders.length === current.size && holders.every(({ staff, key }) => current.get(staff) === key)
}

/** What a list changes in who holds the key. */
export function changesOf(current: ReadonlyMap<string, string>, { holders }: Pick<HoldersSaid, 'holders'>) {
  const named = new Set(holders.map(({ staff }) => staff))
  return {
    added: holders.flatMap(({ staff }) => (current.has(staff) ? [] : [staff])),
    /** With another own key than before. */
    changed: holders.flatMap(({ staff, key }) => (current.has(staff) && current.get(staff) !== key ? [staff] : [])),
    left: [...current.keys()].filter((staff) => !named.has(staff)),
  }
}

/**
 * Whether countersignatures alone put a key in force: until a kiosk has said who holds its key, as older versions do
 * not. From then on somebody whom the hub knows as a holder vouches for it as well: a removed member may still have an
 * older key.
 */
export function linksSuffice(known: HoldersKnown, said: HoldersJudged): boolean {
  return known.n === null || (said.is === 'said' && said.byHolder)
}
