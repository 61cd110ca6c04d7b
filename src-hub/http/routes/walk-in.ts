/** Kiosks that serve someone without a pickup: looking an account up, and one secret against a recorded proof. */
import { StaffRole, DeskKind } from '../../../src-shared/domain/index.ts'
import { servesAt, walkInDesks } from '../../../src-shared/domain/serving.ts'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { Db } from '../../database/index.ts'
import { findAccounts } from '../../people/index.ts'
import { issueWalkIn } from '../../pickups/index.ts'
import { createBudget } from '../budget.ts'
import type { KioskCaller } from '../callers.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

/** Look-ups of one kiosk in a minute: more than a counter has customers, less than a directory takes. */
const lookUpsPerMinute = 30

/**
 * Whoever is said to act serves at this kiosk's desk, and it is a desk's kiosk, not a check-in screen. Fails with
 * L-408.
 */
export async function servingStaff(
  db: Db,
  kiosk: KioskCaller,
  staff: string,
): Promise<Result<{ name: string; desk: DeskKind }>> {
  const member = await db
    .selectFrom('staff_desk')
    .innerJoin('staff', 'staff.id', 'staff_desk.staff')
    .innerJoin('desk', 'desk.id', 'staff_desk.desk')
    .innerJoin('kiosk', 'kiosk.desk', 'desk.id')
    .select(['staff.name', 'staff.role', 'desk.kind'])
    .where('staff.id', '=', staff)
    .where('desk.id', '=', kiosk.desk)
    .where('kiosk.id', '=', kiosk.id)
    .where('kiosk.kind', '=', 'desk')
    .executeTakeFirst()
  if (member === undefined) return fail(failures.roleNotHere)
  const desk = DeskKind.parse(member.kind)
  return servesAt[StaffRole.parse(member.role)].includes(desk)
    ? ok({ name: member.name, desk })
    : fail(failures.roleNotHere)
}

export function walkInHandlers(parts: RouteParts): SomeHandlers<'findAccounts' | 'walkIn'> {
  const { db, now } = parts
  const lookUps = createBudget(lookUpsPerMinute, now)
  return {
    async findAccounts({ body, kiosk }) {
      const member = await servingStaff(db, kiosk, body.staff)
      if (!member.ok) return member
      if (!walkInDesks.includes(member.value.desk)) return fail(failures.preparedInAdvanceOnly)
      if (!lookUps.take(kiosk.id)) return fail(failures.tooManyFromAddress)
      const found = await findAccounts(parts, kiosk, body.query)
      if (!found.ok) return found
      const { by, accounts, more } = found.value
      // Who looked, where and how many were found; never for what.
      await db
        .insertInto('audit')
        .values({
          at: now(),
          actor: member.value.name,
          act: 'accounts-looked-up',
          pickup: null,
          desk: kiosk.desk,
          detail: JSON.stringify({ by, found: accounts.length }),
        })
        .execute()
      return ok({ accounts, more })
    },
    walkIn: ({ body, kiosk }) => issueWalkIn(db, parts, kiosk, body),
  }
}
