/**
 * The lockdown report: what it reads is what the machine says, and the shipped unit and profile are ones that systemd
 * and AppArmor take.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { inLines, lockdownReport, startWatchdog, type LockdownReport } from '../../src-main/shell/index.ts'
import type { Machine } from '../../src-main/shell/lockdown/index.ts'

const resources = fileURLToPath(new URL('../../resources/', import.meta.url))

const files: Record<string, string> = {
  '/proc/self/status': 'Name:\tlodge\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units     \nMax core file size        0                    0                    bytes     \n',
  '/sys/fs/cgroup/system.slice/lodge-kiosk.service/memory.swap.max': '0\n',
  '/sys/dev/block/254:1/dm/uuid': 'CRYPT-LUKS2-0123456789abcdef-root\n',
  '/proc/self/attr/current': 'lodge-kiosk (enforce)\n',
  '/etc/udev/rules.d/60-lodge.rules': '',
  '/proc/sys/kernel/sysrq': '0\n',
  '/proc/sys/kernel/yama/ptrace_scope': '2\n',
}

function machine(
  changes: Partial<Machine> = {},
  absent: readonly string[] = [],
  other: Record<string, string> = {},
): Machine {
  const all = { ...files, ...other }
  return {
    platform: 'linux',
    uid: 990,
    env: { WATCHDOG_USEC: '60000000', CREDENTIALS_DIRECTORY: '/run/credentials/lodge' },
    dataDir: '/var/lib/lodge/data',
    cgroup: 'system.slice/lodge-kiosk.service',
    read: (file) => (absent.includes(file) ? null : (all[file] ?? null)),
    mode: (path) =>
      ({
        '/var/lib/lodge/data': 0o700,
        '/run/credentials/lodge/lodge-kek': 0o400,
        '/run/systemd/timesync/synchronized': 0o644,
      })[path] ?? null,
    link: (path) => (path === '/etc/systemd/system/ctrl-alt-del.target' ? '/dev/null' : null),
    deviceOf: () => '254:1',
    ...changes,
  }
}
const missing = (report: LockdownReport) =>
  report.findings.filter(({ state }) => state === 'missing').map(({ what }) => what)

describe('the report', () => {
  it('finds nothing missing on a machine that is locked down, and says what the app can never hold', () => {
    const report = lockdownReport(machine())
    expect(missing(report)).toEqual([])
    expect(inLines(report).join('\n')).toContain('Ctrl-Alt-Del, Alt-Tab')
  })

  it.each<[string, Machine]>([
    ['an account of its own, not root', machine({ uid: 0 })],
    [
      'no new privileges',
      machine({}, [], { '/proc/self/status': 'NoNewPrivs:\t0\nCapEff:\t0000000000000000\nSeccomp:\t2\n' }),
    ],
    [
      'no capabilities',
      machine({}, [], { '/proc/self/status': 'NoNewPrivs:\t1\nCapEff:\t000001ffffffffff\nSeccomp:\t2\n' }),
    ],
    [
      'system calls filtered',
      machine({}, [], { '/proc/self/status': 'NoNewPrivs:\t1\nCapEff:\t0000000000000000\nSeccomp:\t0\n' }),
    ],
    [
      'no core dump',
      machine({}, [], {
        '/proc/self/limits': 'Max core file size        0                    unlimited            bytes     \n',
      }),
    ],
    [
      'no swap for it',
      machine({ cgroup: 'user.slice' }, [], { '/proc/swaps': 'Filename\tType\n/dev/sda2 partition\n' }),
    ],
    ['the disk is encrypted', machine({}, ['/sys/dev/block/254:1/dm/uuid'])],
    [
      'the data folder is closed to others',
      machine({ mode: (path) => (path === '/var/lib/lodge/data' ? 0o755 : null) }),
    ],
    [
      'the key is sealed to this machine',
      machine({ env: { WATCHDOG_USEC: '1' }, mode: (path) => (path.endsWith('keystore.key') ? 0o600 : null) }),
    ],
    ['device rules: readers are the kiosk’s alone', machine({}, ['/etc/udev/rules.d/60-lodge.rules'])],
    ['an AppArmor profile is enforced', machine({}, [], { '/proc/self/attr/current': 'unconfined\n' })],
    ['a watchdog ends a kiosk that hangs', machine({ env: {} })],
    ['Ctrl-Alt-Del does not restart the computer', machine({ link: () => null })],
    ['the magic SysRq key is off', machine({}, [], { '/proc/sys/kernel/sysrq': '176\n' })],
    ['no process may read another’s memory', machine({}, [], { '/proc/sys/kernel/yama/ptrace_scope': '0\n' })],
    ['runs as a service', machine({ cgroup: 'user.slice/user-1000.slice' })],
    ['a session of one program', machine({ env: { WATCHDOG_USEC: '1', XDG_CURRENT_DESKTOP: 'GNOME' } })],
  ])('says that this is missing, and what to do: %s', (what, of) => {
    const report = lockdownReport(of)
    expect(missing(report)).toContain(what)
    expect(report.findings.find((item) => item.what === what)?.todo?.length).toBeGreaterThan(10)
  })

  it('does not guess where it cannot tell', () => {
    const report = lockdownReport(machine({ platform: 'win32' }))
    expect(report.findings.map(({ state }) => state)).toEqual(['cannot-tell'])
    const blind = lockdownReport(
      machine({ read: () => null, mode: () => null, deviceOf: () => null, cgroup: null, uid: null }),
    )
    expect(blind.findings.filter(({ state }) => state === 'holds').map(({ what }) => what)).toEqual([
      'a watchdog ends a kiosk that hangs',
      'Ctrl-Alt-Del does not restart the computer',
    ])
  })
})

const has = (program: string) => spawnSync(program, ['--version']).error === undefined

for (const unit of ['lodge-kiosk.service', 'lodge-hub.service']) {
  test(`systemd takes ${unit}`, (ctx) => {
    if (!has('systemd-analyze')) ctx.skip('systemd-analyze is not installed here')
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', `${resources}systemd/${unit}`], {
      encoding: 'utf8',
    })
    // Programs that are not installed here are no fault of the unit.
    const complaints = checked.stderr
      .split('\n')
      .filter((text) => text.includes(unit) && !/is not executable|not found/.test(text))
    expect(complaints).toEqual([])
  })
}

test('AppArmor takes the profile', (ctx) => {
  if (!has('apparmor_parser')) ctx.skip('apparmor_parser is not installed here')
  const checked = spawnSync(
    'apparmor_parser',
    ['--skip-kernel-load', '--skip-cache', `${resources}apparmor/lodge-kiosk`],
    { encoding: 'utf8' },
  )
  expect(checked.stderr.replace(/^(Warning|Cache read).*$/gm, '').trim()).toBe('')
  expect(checked.status).toBe(0)
})

test('the watchdog beats twice in the unit’s time, and only under such a unit', () => {
  const set: { run: () => void; ms: number }[] = []
  const said: string[] = []
  const timers = { set: (run: () => void, ms: number) => (set.push({ run, ms }), () => undefined) }
  startWatchdog({ env: {}, timers, notify: (argument) => said.push(argument) })
  expect(said).toEqual([])
  startWatchdog({
    env: { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000000' },
    timers,
    notify: (argument) => said.push(argument),
  })
  set[0]?.run()
  expect(said).toEqual(['WATCHDOG=1', 'WATCHDOG=1'])
  expect(set[0]?.ms).toBe(30_000)
})
