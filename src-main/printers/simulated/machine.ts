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

export function createMachine(paper: 58 | 80, powerOnSet: number, events: MachineEvents): Machine {
  const width = paper === 80 ? 576 : 384
  let marks: Mark[] = []
  let lines: string[] = []
  let y = 0
  let used = false
  let style: Style = plain
  let align: 0 | 1 | 2 = 0
  let page = 'cp437'
  let set = powerOnSet
  let spacing = defaultSpacing
  let runs: { text: string; style: Style }[] = []
  let qr = { module: 3, level: 'L' as 'L' | 'M' | 'Q' | 'H', data: Buffer.alloc(0) }
  let pending: number[] = []

  function reset(): void {
    style = plain
    align = 0
    page = 'cp437'
    set = powerOnSet
    spacing = defaultSpacing
    runs = []
    pending = []
    qr = { module: 3, level: 'L', data: Buffer.alloc(0) }
  }

  const widthOf = (text: string, of: Style) => [...text].length * dotsPerColumn * of.wide
  const lineWidth = () => runs.reduce((sum, run) => sum + widthOf(run.text, run.style), 0)

  function startX(used: number): number {
    return align === 0 ? 0 : align === 1 ? Math.floor((width - used) / 2) : width - used
  }

  function endLine(feed: boolean): void {
    const height = Math.max(1, ...runs.map((run) => run.style.high)) * dotsPerLine
    let x = startX(lineWidth())
    for (const run of runs) {
      if (run.text.trim() !== '')
        marks.push({ kind: 'text', x, y: y + height - dotsPerLine * run.style.high, text: run.text, style: run.style })
      x += widthOf(run.text, run.style)
    }
    if (runs.length > 0) {
      lines.push(
        runs
          .map((run) => run.text)
          .join('')
          .trimEnd(),
      )
      used = true
    } else if (feed) {
      lines.push('')
    }
    y += runs.length > 0 ? Math.max(spacing, height + 6) : spacing
    runs = []
    events.onLine()
  }

  function character(byte: number): void {
    const text = letterOf(byte, page, set)
    if (lineWidth() + dotsPerColumn * style.wide > width) endLine(false)
    const last = runs.at(-1)
    if (last !== undefined && last.style === style) last.text += text
    else runs.push({ text, style })
  }

  function strip(): Strip {
    const text = lines.join('\n').replace(/\n+$/, '')
    return { width, height: y + 40, marks, text }
  }

  function cut(): void {
    if (runs.length > 0) endLine(false)
    const done = strip()
    const wasUsed = used
    marks = []
    lines = []
    y = 0
    used = false
    if (wasUsed) events.onCut(done)
  }

  function drawQr(): void {
    if (qr.data.length === 0) return
    const { modules } = qrcode.create([{ data: new Uint8Array(qr.data), mode: 'byte' }], {
      errorCorrectionLevel: qr.level,
    })
    const size = modules.size * qr.module
    if (size > width) return
    marks.push({
      kind: 'dots',
      x: startX(size),
      y,
      width: modules.size,
      height: modules.size,
      module: qr.module,
      bits: [...modules.data].map((bit) => bit !== 0),
    })
    y += size
    used = true
    events.onLine()
  }

  /** GS ( k: two-dimensional codes; cn 49 is QR. */
  function symbol(data: Buffer): void {
    if (data[0] !== 49) return
    if (data[1] === 67) qr = { ...qr, module: Math.min(16, Math.max(1, data[2] ?? 3)) }
    else if (data[1] === 69) qr = { ...qr, level: (['L', 'M', 'Q', 'H'] as const)[(data[2] ?? 48) - 48] ?? 'L' }
    else if (data[1] === 80) qr = { ...qr, data: Buffer.from(data.subarray(3)) }
    else if (data[1] === 81) drawQr()
  }

  /** GS v 0: raster bit image. */
  function raster(scale: number, bytesWide: number, rows: number, data: Buffer): void {
    const bits: boolean[] = []
    for (const byte of data) for (let bit = 7; bit >= 0; bit--) bits.push(((byte >> bit) & 1) === 1)
    marks.push({ kind: 'dots', x: startX(bytesWide * 8), y, width: bytesWide * 8, height: rows, module: 1, bits })
    y += rows * ((scale & 2) !== 0 ? 2 : 1)
    used = true
    events.onLine()
  }

  /** Tries to execute what has been gathered; false while it is not whole yet. */
  function execute(): boolean {
    const [lead = 0, code] = pending
    const at = (i: number) => pending[i] ?? 0
    if (lead === 0x1b) return code === undefined ? false : escape(code, at)
    if (lead === 0x1d) return code === undefined ? false : groupSeparator(code, at)
    if (lead === 0x1c) return pending.length >= (code === 0x2e || code === 0x26 ? 2 : 3)
    return true
  }

  function escape(code: number, at: (i: number) => number): boolean {
    switch (code) {
      case 0x40:
        reset()
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
        if (pending.length < 3) return false
        if (code === 0x61) align = ([0, 1, 2] as const)[at(2) % 48] ?? 0
        else if (code === 0x45) style = { ...style, bold: (at(2) & 1) === 1 }
        else if (code === 0x21)
          style = {
            ...style,
            bold: (at(2) & 8) !== 0,
            high: (at(2) & 16) !== 0 ? 2 : 1,
            wide: (at(2) & 32) !== 0 ? 2 : 1,
          }
        else if (code === 0x52) set = at(2)
        else if (code === 0x74) page = pageOf(at(2))
        else if (code === 0x33) spacing = at(2)
        else if (code === 0x2d) style = { ...style, underline: at(2) % 48 !== 0 }
        else if (code === 0x4a) y += at(2)
        else for (let i = 0; i < at(2); i++) endLine(true)
        return true
      case 0x32:
        spacing = defaultSpacing
        return true
      default:
        return pending.length >= 2 + (escSkips[code] ?? 0)
    }
  }

  function groupSeparator(code: number, at: (i: number) => number): boolean {
    switch (code) {
      case 0x21:
        if (pending.length < 3) return false
        style = { ...style, wide: (at(2) >> 4) + 1, high: (at(2) & 15) + 1 }
        return true
      case 0x42:
        if (pending.length < 3) return false
        style = { ...style, invert: (at(2) & 1) === 1 }
        return true
      case 0x56: {
        if (pending.length < 3 || (at(2) >= 65 && pending.length < 4)) return false
        if (at(2) >= 65) y += at(3)
        cut()
        return true
      }
      case 0x72:
        if (pending.length < 3) return false
        events.onAskStatus(at(2))
        return true
      case 0x49:
        if (pending.length < 3) return false
        events.onAskId(at(2))
        return true
      case 0x28: {
        if (pending.length < 5) return false
        const length = at(3) + at(4) * 256
        if (pending.length < 5 + length) return false
        const data = Buffer.from(pending.slice(5))
        if (at(2) === 0x6b) symbol(data)
        else if (at(2) === 0x48 && data[0] === 48) events.onProcessId(Buffer.from(data.subarray(2, 6)))
        return true
      }
      case 0x76: {
        if (pending.length < 8) return false
        const wide = at(4) + at(5) * 256
        const rows = at(6) + at(7) * 256
        if (pending.length < 8 + wide * rows) return false
        raster(at(3), wide, rows, Buffer.from(pending.slice(8)))
        return true
      }
      default:
        return pending.length >= 2 + (gsSkips[code] ?? 0)
    }
  }

  return {
    push(byte) {
      if (pending.length > 0) {
        pending.push(byte)
        if (execute()) pending = []
        return
      }
      if (byte === 0x1b || byte === 0x1d || byte === 0x1c) pending = [byte]
      else if (byte === 0x0a) endLine(true)
      else if (byte === 0x09) character(0x20)
      else if (byte === 0x18) runs = []
      else if (byte >= 0x20) character(byte)
    },
    reset,
    clear() {
      runs = []
      pending = []
    },
    tear() {
      if (runs.length > 0) endLine(false)
      if (!used) return null
      const done = strip()
      marks = []
      lines = []
      y = 0
      used = false
      return done
    },
    paperUsed: () => used || runs.length > 0,
  }
}
