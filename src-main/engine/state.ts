/**
 * The whole state that a window draws, composed from the desk's rooms: ids, names of signed-in staff, lights, never a
 * secret.
 */
import { withinRange } from '../../src-shared/domain/bounds.ts'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { classRule, takesRequests } from '../../src-shared/policy/index.ts'
import type { Readiness } from '../../src-shared/domain/readiness.ts'
import { initials } from '../pickups/index.ts'
import type { Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import type { KioskRecord } from '../sync/index.ts'
import type { AutoEnrol } from './auto-enrol.ts'
import type { Counter } from '../counter/index.ts'
import { dayView, slipView, startOfDeskDay, type Services } from '../desk/index.ts'
import * as failures from '../../src-shared/failures/named.ts'

interface Parts {
  readonly revision: number
  readonly demo: boolean
  readonly wall: () => number
  readonly readers: ReaderSupervisor
  readonly printer: Printer
  readonly counter: Counter
  readonly enrolment: ReturnType<AutoEnrol['status']>
  readonly record: KioskRecord | null
  readonly services: Services | null
  readonly readiness: Readiness
}

function setupStep({ record, services }: Pick<Parts, 'record' | 'services'>): KioskState['setup'] {
  if (record === null || services === null) return 'enrol'
  if (services.place() === null) return 'first-sync'
  return services.kind === 'check-in' || services.roster.hasAnyPin() ? null : 'first-supervisor'
}

/** Who may come back with the badge alone; anyone may read it, so initials. */
function lockedView(services: Services | null): KioskState['locked'] {
  const locked = services?.signIn.locked() ?? null
  const member = locked === null ? null : (services?.roster.get(locked.staff) ?? null)
  if (locked === null || member === null) return null
  const [given = '', ...family] = member.name.split(' ')
  return { initials: initials({ given, family: family.join(' ') }), until: locked.until }
}

function requestsTaken(services: Services | null): boolean {
  const place = services?.place() ?? null
  return place !== null && takesRequests(place.policy, place.desk.kind)
}

function trainingReset(services: Services | null): string | null {
  const policy = services?.place()?.policy
  return policy === undefined ? null : classRule(policy, 'training').resetAddress
}

function unsentView({ ledger }: Services, acked: number): KioskState['unsent'] {
  const count = ledger.head().seq - acked
  return { count, handovers: count === 0 ? 0 : ledger.handoversAfter(acked), oldestAt: ledger.timeAfter(acked) }
}

function hubTimeInDoubt(services: Services | null): Pick<KioskState, 'hubTimeInDoubt'> {
  const at = services?.clock.inDoubt() ?? null
  return at === null ? {} : { hubTimeInDoubt: withinRange(at) }
}

/** Composed anew for every push. */
export function composeState(parts: Parts): KioskState {
  const { services, record, readers, printer, counter } = parts
  const session = services?.signIn.session() ?? null
  const reader = readers.status()
  const sync = services?.sync.status()
  const acked = record?.acked ?? 0
  const placed = services !== null && services.place() !== null
  return {
    revision: parts.revision,
    kind: services?.kind ?? 'desk',
    now: services?.now() ?? withinRange(parts.wall()),
    setup: setupStep(parts),
    enrolment: parts.enrolment,
    demo: parts.demo,
    desk: services?.place()?.desk ?? null,
    ...dayView(services),
    readiness: parts.readiness,
    openingDue: placed && session !== null && services.dayRecord.openedAt() < startOfDeskDay(services.now()),
    opening: services?.opening.status() ?? null,
    trainingResetAddress: trainingReset(services),
    ...(placed && session === null ? { otherDesks: services.otherDesks() } : {}),
    takesRequests: requestsTaken(services),
    clock: services?.clock.computerIsWrong() === true ? { code: failures.clockBeforeCertain } : null,
    ...hubTimeInDoubt(services),
    network: sync === undefined ? { state: 'never', lastContactAt: null, failure: null, syncing: null } : { ...sync },
    reader: { state: reader.state, names: [...reader.names], failure: reader.failure },
    printer: { ...printer.status() },
    unsent: services === null ? { count: 0, oldestAt: null } : unsentView(services, acked),
    staff:
      session === null
        ? null
        : { id: session.staff, name: session.name, role: session.role, signedInAt: session.signedInAt },
    locked: lockedView(services),
    counter: counter.step(),
    unsettled:
      session === null || !placed ? [] : services.slips.unsettled().map((slip) => slipView(services.views, slip)),
    counts: {
      ...(services?.pickups.counts() ?? { waiting: 0, arrived: 0 }),
      unsettled: placed ? services.slips.unsettled().length : 0,
    },
  }
}
