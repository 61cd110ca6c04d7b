import { randomBytes } from 'node:crypto'
import type { PrinterConfig } from './config.ts'
import type { Timers } from './conversation.ts'
import { statusOf } from './escpos/state.ts'
import type { OpenLink, Printer } from './port.ts'
import { createEscPosPrinter } from './printer.ts'
import { openSerial } from './transports/serial.ts'
import { openTcp } from './transports/tcp.ts'
import { openUsb } from './transports/usb.ts'
import * as failures from '../../src-shared/failures/named.ts'

export { PrinterConfig } from './config.ts'
export { createReplyParser, type Reply } from './escpos/replies.ts'
export { createEscPosPrinter } from './printer.ts'
export type { KnownInside } from './inside.ts'
export { createPrinterMemory, type PrinterMemory } from './memory.ts'
export type { OpenLink, PrintJob, PrintOutcome, Printer, PrinterLink, PrinterStatus, PrintPhase } from './port.ts'

/** How its link is opened; null where the desk has no printer. */
export function linkOf(config: PrinterConfig): OpenLink | null {
  switch (config.kind) {
    case 'tcp':
      return openTcp(config.host, config.port)
    case 'usb':
      return openUsb(config.path)
    case 'serial':
      return openSerial(config)
    case 'none':
      return null
  }
}

/** The printer that a desk's configuration declares. */
export function createPrinter(
  config: PrinterConfig,
  timers: Timers,
  random: (size: number) => Buffer = randomBytes,
): Printer {
  const open = linkOf(config)
  if (open === null || config.kind === 'none') return noPrinter
  return createEscPosPrinter(
    { open, timers, random },
    { ...config, offIsSilence: config.kind === 'serial', onlyUnopenedIsOff: config.kind === 'tcp' },
  )
}

const none = statusOf('none')
const noPrinter: Printer = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  status: () => none,
  onStatus: () => () => undefined,
  onLeftInside: () => () => undefined,
  check: () => Promise.resolve(none),
  print: () => Promise.resolve({ kind: 'failed', code: failures.noPrinter }),
}
