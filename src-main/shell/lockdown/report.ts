/** The lockdown report: what holds on this machine, what does not and what to do, and what the app can never hold. */
import { linuxChecks } from './checks.ts'
import type { Finding, Machine } from './machine.ts'

/** What no program can stop from inside its own window: the operating system must. */
export const beyondTheApp = [
  'Ctrl-Alt-Del, Alt-Tab, the Windows key and edge swipes: taken by the operating system before the app',
  'switching to another virtual terminal (Ctrl-Alt-F2): disable the gettys and set NAutoVTs=0 in logind.conf',
  'booting from another disk: a firmware password, and Secure Boot',
  'a keyboard plugged in that types by itself: usbguard, and closed ports',
] as const

export interface LockdownReport {
  readonly platform: string
  readonly findings: readonly Finding[]
  readonly beyondTheApp: readonly string[]
}

export function lockdownReport(machine: Machine): LockdownReport {
  const findings: Finding[] =
    machine.platform === 'linux'
      ? linuxChecks.map((check) => check(machine))
      : [
          {
            what: 'lock-down of this operating system',
            state: 'cannot-tell',
            seen: machine.platform,
            todo: 'docs/kiosk-lockdown.md: assigned access, AppLocker and BitLocker on Windows; a managed profile on macOS',
          },
        ]
  return { platform: machine.platform, findings, beyondTheApp }
}

const marks = { holds: 'holds      ', missing: 'MISSING    ', 'cannot-tell': 'cannot tell' } as const

/** As lines for a terminal. */
export function inLines({ findings, beyondTheApp: beyond }: LockdownReport): string[] {
  const count = (state: Finding['state']) => findings.filter((item) => item.state === state).length
  return [
    ...findings.flatMap(({ what, state, seen, todo }) => [
      `${marks[state]}  ${what}${seen === '' ? '' : ` (${seen})`}`,
      ...(todo === null ? [] : [`             -> ${todo}`]),
    ]),
    '',
    'Beyond the app:',
    ...beyond.map((item) => `  ${item}`),
    '',
    `${count('holds')} hold, ${count('missing')} missing, ${count('cannot-tell')} cannot be told from here`,
  ]
}
