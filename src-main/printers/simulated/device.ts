/**
 * The simulated slip printer itself: paper, cover, buffer and faults, like the real thing, on whatever line it is
 * plugged into. Data waits in its buffer while there is no paper, and comes out when someone changes the roll: that is
 * the behaviour Lodge must survive.
 */
import { createMachine, type Machine } from './machine.ts'
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

interface State {
  paper: PaperState
  coverOpen: boolean
  on: boolean
  mute: boolean
  /** The answer that is held back until the next is due. */
  late: { held: Buffer | null } | null
  stalled: boolean
  fault: Fault | null
  /** Bytes since the fault was set or the line plugged in. */
  executed: number
  buffer: number[]
  line: Line | null
}

const newState = (): State => ({
  paper: 'ok',
  coverOpen: false,
  on: true,
  mute: false,
  late: null,
  stalled: false,
  fault: null,
  executed: 0,
  buffer: [],
  line: null,
})

/** The printer's parts, for the functions below. */
interface Inside {
  readonly state: State
  readonly machine: Machine
  readonly filter: ReturnType<typeof createRealTimeFilter>
  readonly tray: TraySlip[]
  readonly changed: () => void
  /** A fault switched it off. */
  readonly onPowerLost: () => void
  readonly answersWithoutPaper: boolean
}

const canMove = ({ on, stalled, paper, coverOpen }: State) => on && !stalled && paper !== 'out' && !coverOpen

/** `onPowerLost`: a fault switched it off. */
export function createDevice(options: DeviceOptions, onPowerLost: () => void): Device {
  const tray: TraySlip[] = []
  const listeners = new Set<() => void>()
  const lacks = new Set(options.lacks)
  const state = newState()

  const changed = () => {
    for (const listener of listeners) listener()
  }

  const machine = createMachine(options.paper ?? 80, options.powerOnSet ?? 0, {
    onCut(strip) {
      tray.push({ strip, text: strip.text, cut: true })
      changed()
    },
    onProcessId(id) {
      if (!lacks.has('process-id')) say(state, 0x37, 0x22, ...id, 0)
    },
    onAskStatus(n) {
      if (n === 1 || n === 49) say(state, state.paper === 'ok' ? 0 : state.paper === 'near-end' ? 3 : 0x0c)
      else say(state, 0)
    },
    onAskId(n) {
      const texts: Readonly<Record<number, string>> = { 65: '1.00', 66: 'Lodge', 67: options.model ?? 'TM-SIM' }
      if (n >= 65) say(state, 0x5f, ...Buffer.from(texts[n] ?? ''), 0)
      else say(state, 0x20)
    },
    onLine: () => undefined,
  })

  const filter = createRealTimeFilter({
    onAskStatus(n) {
      if (!lacks.has('status')) say(state, statusByte(state, n))
    },
    onClear() {
      if (lacks.has('clear')) return
      state.buffer = []
      machine.clear()
      say(state, 0x37, 0x25, 0x00)
    },
    onData: (bytes) => void state.buffer.push(...bytes),
  })

  const { answersWithoutPaper = false } = options
  const device: Inside = { state, machine, filter, tray, changed, onPowerLost, answersWithoutPaper }

  return {
    plug(next) {
      if (next !== state.line) state.line?.drop()
      state.line = next
      state.executed = 0
      // A new line begins a new conversation: what was held back of the last one is lost.
      if (state.late !== null) state.late = { held: null }
    },
    receive(bytes) {
      if (!state.on) return
      for (const byte of bytes) filter.push(byte)
      run(device)
    },
    powerOff: () => powerOff(device),
    powerOn() {
      state.on = true
      changed()
    },
    setPaper(paper) {
      state.paper = paper
      run(device)
      changed()
    },
    setCover(open) {
      state.coverOpen = open
      run(device)
      changed()
    },
    setMute(value) {
      state.mute = value
      changed()
    },
    setFault(next) {
      state.fault = next
      state.executed = 0
      if (next === null) state.late = null
    },
    slips: () => tray,
    takeSlips() {
      hang(device)
      changed()
      return tray.splice(0)
    },
    state: () => ({ paper: state.paper, coverOpen: state.coverOpen, on: state.on, buffered: state.buffer.length }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function say(state: State, ...bytes: number[]): void {
  if (state.mute || state.stalled || !state.on) return
  if (state.late === null) {
    state.line?.send(Buffer.from(bytes))
    return
  }
  const due = state.late.held
  state.late.held = Buffer.from(bytes)
  if (due !== null) state.line?.send(due)
}

function statusByte(state: State, n: number): number {
  const base = 0x12
  if (n === 1) return base | (canMove(state) ? 0 : 0x08)
  if (n === 2) return base | (state.coverOpen ? 0x04 : 0) | (state.paper === 'out' ? 0x20 : 0)
  if (n === 4) return base | (state.paper === 'out' ? 0x6c : state.paper === 'near-end' ? 0x0c : 0)
  return base
}

function strike(device: Inside): void {
  if (device.state.fault === null || device.state.executed < device.state.fault.atByte) return
  const { kind } = device.state.fault
  device.state.fault = null
  switch (kind) {
    case 'paper-out':
      device.state.paper = 'out'
      break
    case 'cover-open':
      device.state.coverOpen = true
      break
    case 'stall':
      device.state.stalled = true
      break
    case 'mute':
      device.state.mute = true
      break
    case 'garbage':
      device.state.line?.send(Buffer.from([0xff, 0x37, 0x01, 0x13, 0x80, 0x22, 0x00, 0x12]))
      break
    case 'late':
      device.state.late = { held: null }
      break
    case 'reset':
      device.state.buffer = []
      device.filter.reset()
      device.machine.reset()
      if (device.state.line?.outlivesReset === false) device.state.line.drop()
      break
    case 'disconnect':
      device.state.line?.drop()
      break
    case 'power-loss':
      powerOff(device)
      device.onPowerLost()
      break
  }
  device.changed()
}

/** Answers the process-id requests in the buffer while what stands before them waits there. */
function answerEarly(device: Inside): void {
  for (;;) {
    const at = Buffer.from(device.state.buffer).indexOf(askProcessId)
    if (at < 0 || device.state.buffer.length < at + 11) return
    say(device.state, 0x37, 0x22, ...device.state.buffer.splice(at, 11).slice(7), 0)
  }
}

function run(device: Inside): void {
  while (device.state.buffer.length > 0) {
    // Without paper or with the cover open the printer holds still; an untrustworthy one answers all the same.
    if (!canMove(device.state)) {
      if (device.state.on && !device.state.stalled && device.answersWithoutPaper) answerEarly(device)
      return
    }
    const byte = device.state.buffer.shift() ?? 0
    device.state.executed += 1
    device.machine.push(byte)
    strike(device)
  }
}

function hang(device: Inside): void {
  const torn = device.machine.tear()
  if (torn !== null) device.tray.push({ strip: torn, text: torn.text, cut: false })
}

function powerOff(device: Inside): void {
  device.state.on = false
  device.state.buffer = []
  device.filter.reset()
  device.state.stalled = false
  device.state.mute = false
  device.state.late = null
  hang(device)
  device.machine.reset()
  device.state.line?.drop()
  device.changed()
}
