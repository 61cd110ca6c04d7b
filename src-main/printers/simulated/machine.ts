/**
 * An ESC/POS machine on paper: bytes in, dots out. Written from the command reference and apart from the encoder, so
 * that it can disagree with it. It knows no lines and no faults; `device.ts` adds those.
 */
import qrcode from 'qrcode'
import { escSkips, gsSkips } from './lengths.ts'
import { letterOf, pageOf } from './letters.ts'
import { plain, type Mark, type Strip, type Style } from './marks.ts'

export interface Machine {
  /** Executes one byte. Events come out through the callbacks. */
  push(byte: number): void
  /** As after switching on. */
  reset(): void
  /** Forgets an unfinished command and an unprinted line. */
  clear(): void
  /** Whatever is on the paper below the last cut: torn off by hand. */
  tear(): Strip | null
  /** Whether anything was printed since the last cut. */
  paperUsed(): boolean
}

export interface MachineEvents {
  onCut(strip: Strip): void
  /** GS ( H fn 48 reached in the stream: everything before it is on paper. */
  onProcessId(id: Buffer): void
  /** GS r n. */
  onAskStatus(n: number): void
  /** GS I n. */
  onAskId(n: number): void
  /** A line was put on paper. */
  onLine(): void
}

const dotsPerColumn = 12
const dotsPerLine = 24
const defaultSpacing = 30

interface State {
  readonly width: number
  readonly powerOnSet: number
  readonly events: MachineEvents
  /** On the paper since the last cut. */
  marks: Mark[]
  lines: string[]
  y: number
  used: boolean
  style: Style
  align: 0 | 1 | 2
  page: string
  set: number
  spacing: number
  /** Of the line that is not on paper yet. */
  runs: { text: string; style: Style }[]
  qr: { module: number; level: 'L' | 'M' | 'Q' | 'H'; data: Buffer }
  /** Bytes of a command that is not whole yet. */
  pending: number[]
}

/** What switching on sets. */
const switchedOn = (powerOnSet: number) => ({
  style: plain,
  align: 0 as const,
  page: 'cp437',
  set: powerOnSet,
  spacing: defaultSpacing,
  runs: [],
  pending: [],
  qr: { module: 3, level: 'L' as const, data: Buffer.alloc(0) },
})

/** A sheet with nothing on it. */
const blank = () => ({ marks: [], lines: [], y: 0, used: false })

export function createMachine(paper: 58 | 80, powerOnSet: number, events: MachineEvents): Machine {
  const width = paper === 80 ? 576 : 384
  const machine: State = { width, powerOnSet, events, ...blank(), ...switchedOn(powerOnSet) }
  return {
    push(byte) {
      if (machine.pending.length > 0) {
        machine.pending.push(byte)
        if (execute(machine)) machine.pending = []
        return
      }
      if (byte === 0x1b || byte === 0x1d || byte === 0x1c) machine.pending = [byte]
      else if (byte === 0x0a) endLine(machine, true)
      else if (byte === 0x09) character(machine, 0x20)
      else if (byte === 0x18) machine.runs = []
      else if (byte >= 0x20) character(machine, byte)
    },
    reset: () => reset(machine),
    clear() {
      machine.runs = []
      machine.pending = []
    },
    tear() {
      if (machine.runs.length > 0) endLine(machine, false)
      if (!machine.used) return null
      const done = strip(machine)
      Object.assign(machine, blank())
      return done
    },
    paperUsed: () => machine.used || machine.runs.length > 0,
  }
}

function reset(machine: State): void {
  Object.assign(machine, switchedOn(machine.powerOnSet))
}

const widthOf = (text: string, of: Style) => [...text].length * dotsPerColumn * of.wide
const lineWidth = (machine: State) => machine.runs.reduce((sum, run) => sum + widthOf(run.text, run.style), 0)

function startX(machine: State, taken: number): number {
  return machine.align === 0 ? 0 : machine.align === 1 ? Math.floor((machine.width - taken) / 2) : machine.width - taken
}

function endLine(machine: State, feed: boolean): void {
  const height = Math.max(1, ...machine.runs.map((run) => run.style.high)) * dotsPerLine
  let x = startX(machine, lineWidth(machine))
  for (const run of machine.runs) {
    if (run.text.trim() !== '')
      machine.marks.push({
        kind: 'text',
        x,
        y: machine.y + height - dotsPerLine * run.style.high,
        text: run.text,
        style: run.style,
      })
    x += widthOf(run.text, run.style)
  }
  if (machine.runs.length > 0) {
    machine.lines.push(
      machine.runs
        .map((run) => run.text)
        .join('')
        .trimEnd(),
    )
    machine.used = true
  } else if (feed) {
    machine.lines.push('')
  }
  machine.y += machine.runs.length > 0 ? Math.max(machine.spacing, height + 6) : machine.spacing
  machine.runs = []
  machine.events.onLine()
}

function character(machine: State, byte: number): void {
  const text = letterOf(byte, machine.page, machine.set)
  if (lineWidth(machine) + dotsPerColumn * machine.style.wide > machine.width) endLine(machine, false)
  const last = machine.runs.at(-1)
  if (last !== undefined && last.style === machine.style) last.text += text
  else machine.runs.push({ text, style: machine.style })
}

function strip(machine: State): Strip {
  const text = machine.lines.join('\n').replace(/\n+$/, '')
  return { width: machine.width, height: machine.y + 40, marks: machine.marks, text }
}

function cut(machine: State): void {
  if (machine.runs.length > 0) endLine(machine, false)
  const done = strip(machine)
  const wasUsed = machine.used
  Object.assign(machine, blank())
  if (wasUsed) machine.events.onCut(done)
}

function drawQr(machine: State): void {
  if (machine.qr.data.length === 0) return
  const { modules } = qrcode.create([{ data: new Uint8Array(machine.qr.data), mode: 'byte' }], {
    errorCorrectionLevel: machine.qr.level,
  })
  const size = modules.size * machine.qr.module
  if (size > machine.width) return
  machine.marks.push({
    kind: 'dots',
    x: startX(machine, size),
    y: machine.y,
    width: modules.size,
    height: modules.size,
    module: machine.qr.module,
    bits: [...modules.data].map((bit) => bit !== 0),
  })
  machine.y += size
  machine.used = true
  machine.events.onLine()
}

/** GS ( k: two-dimensional codes; cn 49 is QR. */
function symbol(machine: State, data: Buffer): void {
  if (data[0] !== 49) return
  if (data[1] === 67) machine.qr = { ...machine.qr, module: Math.min(16, Math.max(1, data[2] ?? 3)) }
  else if (data[1] === 69)
    machine.qr = { ...machine.qr, level: (['L', 'M', 'Q', 'H'] as const)[(data[2] ?? 48) - 48] ?? 'L' }
  else if (data[1] === 80) machine.qr = { ...machine.qr, data: Buffer.from(data.subarray(3)) }
  else if (data[1] === 81) drawQr(machine)
}

/** GS v 0: raster bit image. */
function raster(machine: State, scale: number, bytesWide: number, rows: number, data: Buffer): void {
  const bits: boolean[] = []
  for (const byte of data) for (let bit = 7; bit >= 0; bit--) bits.push(((byte >> bit) & 1) === 1)
  machine.marks.push({
    kind: 'dots',
    x: startX(machine, bytesWide * 8),
    y: machine.y,
    width: bytesWide * 8,
    height: rows,
    module: 1,
    bits,
  })
  machine.y += rows * ((scale & 2) !== 0 ? 2 : 1)
  machine.used = true
  machine.events.onLine()
}

/** Tries to execute what has been gathered; false while it is not whole yet. */
function execute(machine: State): boolean {
  const [lead = 0, code] = machine.pending
  const at = (i: number) => machine.pending[i] ?? 0
  if (lead === 0x1b) return code === undefined ? false : escape(machine, code, at)
  if (lead === 0x1d) return code === undefined ? false : groupSeparator(machine, code, at)
  if (lead === 0x1c) return machine.pending.length >= (code === 0x2e || code === 0x26 ? 2 : 3)
  return true
}

function escape(machine: State, code: number, at: (i: number) => number): boolean {
  switch (code) {
    case 0x40:
      reset(machine)
      return true
    case 0x61:
    case 0x45:
    case 0x21:
    case 0x52:
    case 0x74:
    case 0x33:
    case 0x64:
    case 0x4a:
    case 0x2d:
      if (machine.pending.length < 3) return false
      if (code === 0x61) machine.align = ([0, 1, 2] as const)[at(2) % 48] ?? 0
      else if (code === 0x45) machine.style = { ...machine.style, bold: (at(2) & 1) === 1 }
      else if (code === 0x21)
        machine.style = {
          ...machine.style,
          bold: (at(2) & 8) !== 0,
          high: (at(2) & 16) !== 0 ? 2 : 1,
          wide: (at(2) & 32) !== 0 ? 2 : 1,
        }
      else if (code === 0x52) machine.set = at(2)
      else if (code === 0x74) machine.page = pageOf(at(2))
      else if (code === 0x33) machine.spacing = at(2)
      else if (code === 0x2d) machine.style = { ...machine.style, underline: at(2) % 48 !== 0 }
      else if (code === 0x4a) machine.y += at(2)
      else for (let i = 0; i < at(2); i++) endLine(machine, true)
      return true
    case 0x32:
      machine.spacing = defaultSpacing
      return true
    default:
      return machine.pending.length >= 2 + (escSkips[code] ?? 0)
  }
}

function groupSeparator(machine: State, code: number, at: (i: number) => number): boolean {
  switch (code) {
    case 0x21:
      if (machine.pending.length < 3) return false
      machine.style = { ...machine.style, wide: (at(2) >> 4) + 1, high: (at(2) & 15) + 1 }
      return true
    case 0x42:
      if (machine.pending.length < 3) return false
      machine.style = { ...machine.style, invert: (at(2) & 1) === 1 }
      return true
    case 0x56: {
      if (machine.pending.length < 3 || (at(2) >= 65 && machine.pending.length < 4)) return false
      if (at(2) >= 65) machine.y += at(3)
      cut(machine)
      return true
    }
    case 0x72:
      if (machine.pending.length < 3) return false
      machine.events.onAskStatus(at(2))
      return true
    case 0x49:
      if (machine.pending.length < 3) return false
      machine.events.onAskId(at(2))
      return true
    case 0x28: {
      if (machine.pending.length < 5) return false
      const length = at(3) + at(4) * 256
      if (machine.pending.length < 5 + length) return false
      const data = Buffer.from(machine.pending.slice(5))
      if (at(2) === 0x6b) symbol(machine, data)
      else if (at(2) === 0x48 && data[0] === 48) machine.events.onProcessId(Buffer.from(data.subarray(2, 6)))
      return true
    }
    case 0x76: {
      if (machine.pending.length < 8) return false
      const wide = at(4) + at(5) * 256
      const rows = at(6) + at(7) * 256
      if (machine.pending.length < 8 + wide * rows) return false
      raster(machine, at(3), wide, rows, Buffer.from(machine.pending.slice(8)))
      return true
    }
    default:
      return machine.pending.length >= 2 + (gsSkips[code] ?? 0)
  }
}
