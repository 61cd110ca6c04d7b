/**
 * What becomes of pickups that a batch sets free: each goes to the desk that the hub or its kiosk has named, in the
 * intake's transaction. Few are granted there at once; many wait there, and are granted batch by batch (`desk-work/`).
 */
import { bulkOf, type Tx } from '../database/index.ts'
import type { Wanted } from '../desk-work/index.ts'
import { grantPickup, routesFor, type GrantParts } from '../pickups/index.ts'

/** So many are granted in the intake's own transaction: a seal and a few statements each. */
const atOnce = 20

interface Free {
  readonly pickup: string
  readonly to: string
}

/**
 * Puts each where it goes: as moved by the hub, or as sent by its kiosk, where policy and that desk allow. Returns
 * where they wait.
 */
export async function route(
  tx: Tx,
  parts: GrantParts,
  kiosk: { readonly id: string; readonly desk: string },
  { moved, sent }: { readonly moved: readonly Free[]; readonly sent: readonly Free[] },
): Promise<readonly Free[]> {
  const now = parts.now()
  const bulk = bulkOf(tx)
  const routes = await routesFor(tx, parts.keys, sent, now)
  const lost = sent.filter(({ pickup }) => !routes.has(pickup)).map(({ pickup }) => pickup)
  const by = new Map<string, { to: string; channel: string | null; ids: string[] }>()
  const put = (pickup: string, to: string, channel: string | null) => {
    const key = `${to} ${channel ?? ''}`
    const group = by.get(key) ?? { to, channel, ids: [] }
    group.ids.push(pickup)
    by.set(key, group)
  }
  for (const { pickup, to } of moved) put(pickup, to, null)
  for (const { pickup, to } of sent) {
    const channel = routes.get(pickup)
    if (channel !== undefined) put(pickup, to, channel)
  }
  for (const { to, channel, ids } of by.values())
    await tx
      .updateTable('pickup')
      .set({ desk: to, ...(channel === null ? {} : { channel }) })
      .where(bulk.among('id', ids))
      .execute()
  // A kiosk with old policy or an old directory: it stays with its desk, under a fresh secret, and somebody looks at
  // it.
  const alarm = { kind: 'misrouted' as const, kiosk: kiosk.id, detail: 'sent to a desk that may not have it', at: now }
  if (lost.length > 0)
    await tx
      .insertInto('alarm')
      .values(lost.map((pickup) => ({ ...alarm, pickup })))
      .execute()
  return [
    ...[...by.values()].flatMap(({ to, ids }) => ids.map((pickup) => ({ pickup, to }))),
    ...lost.map((pickup) => ({ pickup, to: kiosk.desk })),
  ]
}

/**
 * Grants them where they wait now, or asks for that. Last in the intake's transaction: whatever asks for more work
 * locks its row last.
 */
export async function regrant(tx: Tx, parts: GrantParts, wanted: Wanted, free: readonly Free[]): Promise<void> {
  if (free.length <= (parts.pace?.rows ?? atOnce)) {
    for (const { pickup, to } of free) await grantPickup(tx, parts, pickup, to, null)
    return
  }
  await wanted.grants([...new Set(free.map(({ to }) => to))])
}
