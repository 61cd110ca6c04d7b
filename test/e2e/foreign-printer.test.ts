/** `npm run -s demo -- --json --printer tcp://...` as somebody with a printer of their own would try it. */
import { execFile } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { startForeignPrinter, type ForeignPrinter, type Mood } from './foreign-printer.ts'

const secret = 'Zq7{Kukka}~90'

interface Report {
  readonly ok: boolean
  readonly code?: string
  readonly exit: number
  readonly ledger: { readonly unsettled: number }
}

async function demo(mood: Mood, dieAfter = 0): Promise<{ readonly report: Report; readonly printer: ForeignPrinter }> {
  const printer = await startForeignPrinter(mood, dieAfter)
  onTestFinished(() => printer.stop())
  const database = await openTestDatabase({ empty: true })
  onTestFinished(() => database.drop())
  const args = [
    '--no-warnings',
    'src-main/demo/cli.ts',
    '--json',
    '--password',
    secret,
    '--printer',
    `tcp://127.0.0.1:${printer.port}`,
  ]
  const env = { ...process.env, DATABASE_URL: database.url }
  const report = await new Promise<Report>((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 150_000, env }, (error, out, complaints) => {
      try {
        resolve({
          ...(JSON.parse(out) as Omit<Report, 'exit'>),
          exit: typeof error?.code === 'number' ? error.code : 0,
        })
      } catch {
        reject(new Error(`no report: ${complaints.slice(0, 400)}`))
      }
    })
  })
  return { report, printer }
}

test('a printer that is well: one cut, the exact secret, once', async () => {
  const { report, printer } = await demo('well')
  expect(report).toMatchObject({ ok: true, exit: 0, ledger: { unsettled: 0 } })
  expect(printer.cuts()).toBe(1)
  const text = printer.bytes().toString('latin1')
  expect(text.split(secret)).toHaveLength(2)
})

test.each([
  ['no-paper', 'L-501'],
  ['cover-open', 'L-502'],
  ['mute', 'L-50'],
] as const)('%s: refused with a code, no byte of the secret', async (mood, code) => {
  const { report, printer } = await demo(mood)
  expect(report).toMatchObject({ ok: false, exit: 1, ledger: { unsettled: 0 } })
  expect(report.code).toContain(code)
  expect(printer.cuts()).toBe(0)
  for (let size = 3; size <= secret.length; size++) expect(printer.bytes().includes(secret.slice(0, size))).toBe(false)
})

test('cut off in the middle of the slip: not ok, a code, and the slip waits for a person as uncertain', async () => {
  const { report, printer } = await demo('dies-in-the-slip', 420)
  expect(report).toMatchObject({ ok: false, exit: 1, ledger: { unsettled: 1 } })
  expect(report.code).toMatch(/^L-\d{3}$/)
  expect(printer.cuts()).toBe(0)
})
