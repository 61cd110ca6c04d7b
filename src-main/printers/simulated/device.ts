/**
 * The simulated slip printer itself: paper, cover, buffer and faults, like the real thing, on whatever line it is
 * plugged into. Data waits in its buffer while there is no paper, and comes out when someone changes the roll: that is
 * the behaviour Lodge must survive.
 */
import { createMachine } from './machine.ts'
import type { Strip } from './marks.ts'
import { createRealTimeFilter } from './real-time.ts'

export type PaperState = 'ok' | 'near-end' | 'out'

/**
 * What happens, and when: after so many bytes of the next job have been executed. `reset`: it starts anew by itself,
 * its buffer and settings lost; a serial line does not even notice. `late`: from here on each of its answers comes when
 * the next is due.
 */
export interface Fault {
  readonly atByte: number
  readonly kind:
    'paper-out' | 'cover-open' | 'power-loss' | 'disconnect' | 'stall' | 'garbage' | 'mute' | 'reset' | 'late'
}

export interface TraySlip {
  readonly strip: Strip
  readonly text: string
  /** Cut by the printer, or torn off half-printed. */
  readonly cut: boolean
}

export interface DeviceOptions {
  readonly paper?: 58 | 80
  /** ESC R set after power-on, as its switches say; a printer sold in Sweden may start in 5. */
  readonly powerOnSet?: number
  /** Answers GS ( H even without paper, as an untrustworthy printer might. */
  readonly answersWithoutPaper?: boolean
  /** What a poorer printer does not know: process ids, clearing in real time, status at all. */
  readonly lacks?: readonly ('process-id' | 'clear' | 'status')[]
  /** GS I 67. */
  readonly model?: string
}

/** The host's end of the line. */
export interface Line {
  send(bytes: Buffer): void
  /** Breaks the connection, where there is one. */
  drop(): void
  /** A serial cable knows nothing of a printer that starts anew; a network connection ends. */
  readonly outlivesReset: boolean
}

export interface Device {
  /** A host is there, or nobody. Bytes are counted anew for the next fault. */
  readonly plug: (line: Line | null) => void
  readonly receive: (bytes: Uint8Array) => void
  /** Everything in it is lost; what hung from it lies in the tray. */
  readonly powerOff: () => void
  readonly powerOn: () => void
  readonly setPaper: (state: PaperState) => void
  readonly setCover: (open: boolean) => void
  /** Says nothing until it is told otherwise, or switched off. */
  readonly setMute: (mute: boolean) => void
  readonly setFault: (fault: Fault | null) => void
  readonly slips: () => readonly TraySlip[]
  /** Takes the slips out of the tray, and what hangs half-printed from the printer. */
  readonly takeSlips: () => TraySlip[]
  readonly state: () => { paper: PaperState; coverOpen: boolean; on: boolean; buffered: number }
  readonly onChange: (listener: () => void) => () => void
}

const askProcessId = Buffer.from([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30])

/** `onPowerLost`: a fault switched it off. */
export function createDevice(options: DeviceOptions, onPowerLost: () => void): Device {
  const tray: TraySlip[] = []
  const listeners = new Set<() => void>()
  const lacks = new Set(options.lacks)
  let paper: PaperState = 'ok'
  let coverOpen = false
  let on = true
  let mute = false
  let late: { held: Buffer | null } | null = null
  let stalled = false
  let fault: Fault | null = null
  let executed = 0
  let buffer: number[] = []
  let line: Line | null = null

  const changed = () => {
    for (const listener of listeners) listener()
  }

  function say(...bytes: number[]): void {
    if (mute || stalled || !on) return
    if (late === null) {
      line?.send(Buffer.from(bytes))
      return
    }
    const due = late.held
    late.held = Buffer.from(bytes)
    if (due !== null) line?.send(due)
  }

  const machine = createMachine(options.paper ?? 80, options.powerOnSet ?? 0, {
    onCut(strip) {
      tray.push({ strip, text: strip.text, cut: true })
      changed()
    },
    onProcessId(id) {
      if (!lacks.has('process-id')) say(0x37, 0x22, ...id, 0)
    },
    onAskStatus(n) {
      if (n === 1 || n === 49) say(paper === 'ok' ? 0 : paper === 'near-end' ? 3 : 0x0c)
      else say(0)
    },
    onAskId(n) {
      const texts: Readonly<Record<number, string>> = { 65: '1.00', 66: 'Lodge', 67: options.model ?? 'TM-SIM' }
      if (n >= 65) say(0x5f, ...Buffer.from(texts[n] ?? ''), 0)
      else say(0x20)
    },
    onLine: () => undefined,
  })

  const canMove = () => on && !stalled && paper !== 'out' && !coverOpen

  function strike(): void {
    if (fault === null || executed < fault.atByte) return
    const { kind } = fault
    fault = null
    switch (kind) {
      case 'paper-out':
        paper = 'out'
        break
      case 'cover-open':
        coverOpen = true
        break
      case 'stall':
        stalled = true
        break
      case 'mute':
        mute = true
        break
      case 'garbage':
        line?.send(Buffer.from([0xff, 0x37, 0x01, 0x13, 0x80, 0x22, 0x00, 0x12]))
        break
      case 'late':
        late = { held: null }
        break
      case 'reset':
        buffer = []
        filter.reset()
        machine.reset()
        if (line?.outlivesReset === false) line.drop()
        break
      case 'disconnect':
        line?.drop()
        break
      case 'power-loss':
        powerOff()
        onPowerLost()
        break
    }
    changed()
  }

  /** Answers the process-id requests in the buffer while what stands before them waits there. */
  function answerEarly(): void {
    for (;;) {
      const at = Buffer.from(buffer).indexOf(askProcessId)
      if (at < 0 || buffer.length < at + 11) return
      say(0x37, 0x22, ...buffer.splice(at, 11).slice(7), 0)
    }
  }

  function run(): void {
    while (buffer.length > 0) {
      // Without paper or with the cover open the printer holds still; an untrustworthy one answers all the same.
      if (!canMove()) {
        if (on && !stalled && options.answersWithoutPaper === true) answerEarly()
        return
      }
      const byte = buffer.shift() ?? 0
      executed += 1
      machine.push(byte)
      strike()
    }
  }

  function status(n: number): number {
    const base = 0x12
    if (n === 1) return base | (canMove() ? 0 : 0x08)
    if (n === 2) return base | (coverOpen ? 0x04 : 0) | (paper === 'out' ? 0x20 : 0)
    if (n === 4) return base | (paper === 'out' ? 0x6c : paper === 'near-end' ? 0x0c : 0)
    return base
  }

  const filter = createRealTimeFilter({
    onAskStatus(n) {
      if (!lacks.has('status')) say(status(n))
    },
    onClear() {
      if (lacks.has('clear')) return
      buffer = []
      machine.clear()
      say(0x37, 0x25, 0x00)
    },
    onData: (bytes) => void buffer.push(...bytes),
  })

  function hang(): void {
    const torn = machine.tear()
    if (torn !== null) tray.push({ strip: torn, text: torn.text, cut: false })
  }

  function powerOff(): void {
    on = false
    buffer = []
    filter.reset()
    stalled = false
    mute = false
    late = null
    hang()
    machine.reset()
    line?.drop()
    changed()
  }

  return {
    plug(next) {
      if (next !== line) line?.drop()
      line = next
      executed = 0
      // A new line begins a new conversation: what was held back of the last one is lost.
      if (late !== null) late = { held: null }
    },
    receive(bytes) {
      if (!on) return
      for (const byte of bytes) filter.push(byte)
      run()
    },
    powerOff,
    powerOn() {
      on = true
      changed()
    },
    setPaper(state) {
      paper = state
      run()
      changed()
    },
    setCover(open) {
      coverOpen = open
      run()
      changed()
    },
    setMute(value) {
      mute = value
      changed()
    },
    setFault(next) {
      fault = next
      executed = 0
      if (next === null) late = null
    },
    slips: () => tray,
    takeSlips() {
      hang()
      changed()
      return tray.splice(0)
    },
    state: () => ({ paper, coverOpen, on, buffered: buffer.length }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
