/** How the four lights of the status bar stand: one tone each. Words come from the locales, by the same names. */
import type { KioskState, PrinterState } from '../../src-shared/kiosk-api/index.ts'

export type Tone = 'good' | 'notice' | 'bad' | 'quiet'

export function networkTone(network: KioskState['network']): Tone {
  if (network.syncing !== null) return 'notice'
  switch (network.state) {
    case 'online':
      return 'good'
    case 'offline':
    case 'never':
      return 'notice'
    case 'refused':
    case 'frozen':
      return 'bad'
  }
}

export function readerTone(reader: KioskState['reader']): Tone {
  switch (reader.state) {
    case 'ready':
      return 'good'
    case 'none':
    case 'trouble':
      return 'bad'
  }
}

export function printerTone(state: PrinterState): Tone {
  switch (state) {
    case 'ready':
      return 'good'
    case 'busy':
      return 'quiet'
    case 'paper-near-end':
    case 'no-status':
      return 'notice'
    case 'paper-out':
    case 'cover-open':
    case 'offline':
    case 'error':
    case 'not-answering':
    case 'needs-power-cycle':
    case 'none':
      return 'bad'
  }
}

export function readinessTone(light: KioskState['readiness']['light']): Tone {
  return { green: 'good', amber: 'notice', red: 'bad' }[light] as Tone
}

export function unsentTone(unsent: KioskState['unsent']): Tone {
  return unsent.count === 0 ? 'good' : 'notice'
}
