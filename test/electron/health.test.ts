import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWindowHealth, type GoneReason } from '../../src-main/electron/health.ts'
import { plainPage } from '../../src-main/electron/plain-page.ts'
import { configFile, debuggingSwitch, mayRequest, swallowed } from '../../src-main/electron/rules.ts'
import { isModest, maxFrameBytes } from '../../src-main/shell/gate.ts'

const reasons: GoneReason[] = [
  'clean-exit',
  'abnormal-exit',
  'killed',
  'crashed',
  'oom',
  'launch-failed',
  'integrity-failure',
  'memory-eviction',
]

test('three deaths within a minute always stop the window, and slower ones never do', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ after: fc.integer({ min: 0, max: 120_000 }), reason: fc.constantFrom(...reasons) }), {
        maxLength: 30,
      }),
      (deaths) => {
        let now = 0
        const at: number[] = []
        const health = createWindowHealth(() => now)
        for (const { after, reason } of deaths) {
          now += after
          at.push(now)
          const recent = at.filter((when) => now - when < 60_000).length
          const act = health.gone(reason)
          if (recent >= 3 || reason === 'launch-failed' || reason === 'integrity-failure') expect(act).toBe('stop')
          else expect(act).toBe(reason === 'oom' || reason === 'memory-eviction' ? 'recreate' : 'reload')
        }
      },
    ),
  )
})

test('a person who tries again starts a new count', () => {
  const health = createWindowHealth(() => 0)
  health.gone('crashed')
  health.gone('crashed')
  health.forgive()
  expect(health.gone('crashed')).toBe('reload')
})

test('a value passes the gate’s size check only as plain data of a call’s size', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  for (const hostile of [
    'x'.repeat(maxFrameBytes),
    { a: { b: 'x'.repeat(maxFrameBytes) } },
    new Array<number>(100_000).fill(1),
    cycle,
    new Map([[1, 2]]),
    new Uint8Array(8),
    10n,
    new Date(0),
    Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, 1])),
  ])
    expect(isModest(hostile)).toBe(false)
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => JSON.stringify(value).length > 8000 || isModest(value)),
  )
})

test('letters, digits and editing keys are never swallowed, with or without shift', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        ...'abcdefghijklmnopqrstuvwxyzåäö0123456789-'.split(''),
        'Tab',
        'Enter',
        'Backspace',
        'Delete',
        'ArrowLeft',
        'Escape',
      ),
      fc.boolean(),
      (key, shift) => {
        expect(
          swallowed({
            type: 'keyDown',
            key: shift ? key.toUpperCase() : key,
            control: false,
            meta: false,
            alt: false,
            shift,
          }),
        ).toBe(false)
      },
    ),
  )
})

test('the window may ask for its own files alone', () => {
  expect(mayRequest('app://kiosk/assets/a.js')).toBe(true)
  expect(mayRequest('data:image/png;base64,AA==')).toBe(true)
  for (const url of [
    'https://kiosk/',
    'app://other/',
    'file:///etc/passwd',
    'data:text/html,x',
    'ws://127.0.0.1/',
    'blob:app://kiosk/1',
    'devtools://x',
  ])
    expect(mayRequest(url)).toBe(false)
})

test('debugging switches are named, and settings are found where the platform keeps them', () => {
  expect(debuggingSwitch((name) => name === 'remote-debugging-port')).toBe('remote-debugging-port')
  expect(debuggingSwitch(() => false)).toBeNull()
  expect(configFile(['electron', '--config=/x/y.json'], 'linux', {})).toBe('/x/y.json')
  expect(configFile([], 'linux', {})).toBe('/etc/lodge/kiosk.json')
  expect(configFile([], 'win32', { ProgramData: 'D:\\PD' })).toBe('D:\\PD\\Lodge\\kiosk.json')
})

test('the plain page says the code, three languages and whom to call, and a name cannot break out of it', () => {
  const page = plainPage({ code: 'L-910' }, '<script>x</script> & Helpdesk')
  for (const part of ['L-910', 'lang="fi"', 'lang="sv"', 'lang="en"', '&#38; Helpdesk']) expect(page).toContain(part)
  expect(page).not.toContain('<script')
})
