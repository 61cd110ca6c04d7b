import { randomBytes } from 'node:crypto'
import type { PrinterConfig } from './config.ts'
import type { Timers } from './conversation.ts'
import { statusOf } from './escpos/state.ts'
import type { Printer } from './port.ts'
import { createEscPosPrinter } from './printer.ts'
import { openSerial } from './transports/serial.ts'
import { openTcp } from './transports/tcp.ts'
import { openUsb } from './transports/usb.ts'

export { PrinterConfig } from './config.ts'
export { createReplyParser, type Reply } from './escpos/replies.ts'
export { createEscPosPrinter } from './printer.ts'
export type { KnownInside } from './inside.ts'
export { createPrinterMemory, type PrinterMemory } from './memory.ts'
export type { OpenLink, PrintJob, PrintOutcome, Printer, PrinterLink, PrinterStatus, PrintPhase } from './port.ts'

/** The printer that a desk's configuration declares. */
export function createPrinter(config: PrinterConfig, timers: Timers, random: (size: number) => Buffer = randomBytes): Printer {
  switch (config.kind) {
    case 'tcp':
      return createEscPosPrinter({ open: openTcp(config.host, config.port), timers, random }, { ...config, onlyUnopenedIsOff: true })
    case 'usb':
      return createEscPosPrinter({ open: openUsb(config.path), timers, random }, config)
    case 'serial':
      return createEscPosPrinter({ open: openSerial(config), timers, random }, { ...config, offIsSilence: true })
    case 'none':
      return noPrinter
  }
}

const none = statusOf('none')
const noPrinter: Printer = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  status: () => none,
  onStatus: () => () => undefined,
  onLeftInside: () => () => undefined,
  check: () => Promise.resolve(none),
  print: () => Promise.resolve({ kind: 'failed', code: 'L-509' }),
}
