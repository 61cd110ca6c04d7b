/** What the printer makes of its link, with a link that a test holds in its hand. */
import { expect, test } from 'vitest'
import { createEscPosPrinter, PrinterConfig, type PrinterLink } from '../../src-main/printers/index.ts'

const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms / 40)
    return () => clearTimeout(timer)
  },
}
const config = PrinterConfig.parse({ kind: 'usb', path: '/dev/usb/lp0', processId: 'trusted', pollMs: 60_000 })
if (config.kind === 'none') throw new Error('a printer was declared')
const settings = config

/** A ready printer that says `answers`; null is silence. */
function scripted() {
  let say: (bytes: Uint8Array) => void = () => undefined
  let open = true
  const script = {
    answersFences: true,
    answersClears: true,
    /** The other side has gone; whoever writes learns it, and nobody was told before. */
    broken: false,
    links: 0,
    written: [] as Buffer[],
    /** Whether the printer is there to be opened. */
    set present(value: boolean) {
      open = value
    },
    open: (): Promise<PrinterLink> => {
      if (!open) return Promise.reject(new Error('not there'))
      script.links += 1
      script.broken = false
      return Promise.resolve({
        write(bytes) {
          if (script.broken) return Promise.reject(new Error('EPIPE'))
          const copy = Buffer.from(bytes)
          script.written.push(copy)
          if (copy[0] === 0x10 && copy[1] === 0x04) say(Buffer.from([0x12]))
          if (copy[0] === 0x10 && copy[1] === 0x14 && script.answersClears) say(Buffer.from([0x37, 0x25, 0]))
          if (copy[0] === 0x1d && copy[2] === 0x48 && script.answersFences)
            say(Buffer.concat([Buffer.from([0x37, 0x22]), copy.subarray(7, 11), Buffer.from([0])]))
          return Promise.resolve()
        },
        onData: (listener) => void (say = listener),
        onClose: () => undefined,
        close: () => undefined,
      })
    },
  }
  return script
}

const job = { header: Buffer.from('header\n'), body: Buffer.from('secret\n') }

test('a printer switched off is seen going by a write that fails, before its link says so', async () => {
  const there = scripted()
  const printer = createEscPosPrinter({ open: there.open, timers, random: (n) => Buffer.alloc(n, 7) }, settings)
  await printer.start()
  expect((await printer.check()).state).toBe('ready')
  there.answersFences = false
  there.answersClears = false
  expect((await printer.print(job, () => undefined)).kind).toBe('failed')
  expect(printer.status().state).toBe('needs-power-cycle')
  there.answersFences = true
  there.answersClears = true
  // It answers again, and nobody has switched it off yet.
  expect((await printer.check()).state).toBe('needs-power-cycle')
  there.broken = true
  expect((await printer.check()).state).toBe('needs-power-cycle')
  expect((await printer.check()).state).toBe('ready')
  await printer.stop()
})
