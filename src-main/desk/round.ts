/** Opening and closing the desk: the checklist with its test slip, and the end of a shift. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { Readiness } from '../../src-shared/domain/readiness.ts'
import { zoned } from '../../src-shared/domain/zone.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Printer } from '../printers/index.ts'
import { layoutTestSlip } from '../slip/index.ts'
import { startOfDeskDay } from './clock.ts'
import type { Services } from './services.ts'

export type RoundHandlers = Pick<KioskHandlers, 'openDesk' | 'testPrinter' | 'endShift'>

interface Parts {
  readonly services: Services
  readonly printer: Printer
  readonly paper: 58 | 80
  readonly readiness: () => Readiness
  readonly signOut: KioskHandlers['signOut']
  readonly activity: () => void
}

export function createRoundHandlers({ services, printer, paper, readiness, signOut, activity }: Parts): RoundHandlers {
  const { store, ledger, sync, signIn, slips, shift, release, records, dayRecord, now } = services
  return {
    openDesk() {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      const { light, reasons } = readiness()
      store.transact(() => {
        dayRecord.opened(now())
        ledger.append({
          kind: 'desk-opened',
          actor: session.staff,
          facts: { light, codes: [...new Set(reasons.map(({ code }) => code))].slice(0, 20) },
        })
      })
      sync.nudge()
      return ok(null)
    },
    async testPrinter({ language }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      if (release.busy()) return fail(failures.printerBusy)
      const { desk } = services.requirePlace()
      const when = zoned('fi-FI', { dateStyle: 'short', timeStyle: 'short' }).format(now())
      const outcome = await printer.print(
        layoutTestSlip({ language, desk: `${desk.unit[language]}, ${desk.name[language]}`, when }, paper),
        () => undefined,
      )
      store.transact(() => {
        if (outcome.kind !== 'failed') dayRecord.printed(now())
        ledger.append({
          kind: 'printer-tested',
          actor: session.staff,
          facts: { outcome: outcome.kind, ...(outcome.kind === 'printed' ? {} : { code: outcome.code }) },
        })
      })
      sync.nudge()
      return outcome.kind === 'failed' ? fail(outcome.code) : ok({ confirmed: outcome.kind === 'printed' })
    },
    endShift({ next }) {
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      if (release.busy()) return fail(failures.printerBusy)
      const { handedOver } = shift.of(session.staff, startOfDeskDay(now()))
      store.transact(() => {
        ledger.append({
          kind: 'shift-ended',
          actor: session.staff,
          facts: {
            next,
            handedOver,
            unsettled: slips.unsettled().length,
            unsent: ledger.head().seq - (records.read()?.acked ?? 0),
            printer: printer.status().state,
          },
        })
      })
      return signOut({})
    },
  }
}
