/**
 * A simulated slip printer on loopback TCP: paper, cover, buffer and faults, like the real thing. Data waits in its
 * buffer while there is no paper, and comes out when someone changes the roll: that is the behaviour Lodge must survive.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { createMachine, type Strip } from './machine.ts'

export type PaperState = 'ok' | 'near-end' | 'out'

/** What happens, and when: after so many bytes of the next job have been executed. */
export interface Fault {
  readonly atByte: number
  readonly kind: 'paper-out' | 'cover-open' | 'power-loss' | 'disconnect' | 'stall' | 'garbage' | 'mute'
}

export interface TraySlip {
  readonly strip: Strip
  readonly text: string
  /** Cut by the printer, or torn off half-printed. */
  readonly cut: boolean
}

export interface SimulatedPrinter {
  readonly port: number
  setPaper(state: PaperState): void
  setCover(open: boolean): void
  /** Never answers again until cleared, as a printer without status does. */
  setMute(mute: boolean): void
  setPower(on: boolean): Promise<void>
  setFault(fault: Fault | null): void
  /** Power-on international character set (ESC R), as set by its switches. */
  readonly slips: () => readonly TraySlip[]
  /** Takes the slips out of the tray, and what hangs half-printed from the printer. */
  takeSlips(): TraySlip[]
  state(): { paper: PaperState; coverOpen: boolean; on: boolean; buffered: number }
  onChange(listener: () => void): () => void
  stop(): Promise<void>
}

export interface SimulatedPrinterOptions {
  readonly port?: number
  readonly paper?: 58 | 80
  /** ESC R set after power-on; a printer sold in Sweden may start in 5. */
  readonly powerOnSet?: number
  /** Answers GS ( H even without paper, as an untrustworthy printer might. */
  readonly answersWithoutPaper?: boolean
}

const dle = 0x10

export async function startSimulatedPrinter(options: SimulatedPrinterOptions = {}): Promise<SimulatedPrinter> {
  const tray: TraySlip[] = []
  const listeners = new Set<() => void>()
  let paper: PaperState = 'ok'
  let coverOpen = false
  let on = true
  let mute = false
  let stalled = false
  let fault: Fault | null = null
  let executed = 0
  let buffer: number[] = []
  /** Real-time commands are taken out of the stream before it is buffered. */
  let realTime: number[] = []
  let client: Socket | null = null
  let server: Server | null = null
  let port = options.port ?? 0

  const changed = () => {
    for (const listener of listeners) listener()
  }
  const say = (...bytes: number[]) => {
    if (!mute && !stalled) client?.write(Buffer.from(bytes))
  }

  const machine = createMachine(options.paper ?? 80, options.powerOnSet ?? 0, {
    onCut(strip) {
      tray.push({ strip, text: strip.text, cut: true })
      changed()
    },
    onProcessId(id) {
      say(0x37, 0x22, ...id, 0)
    },
    onAskStatus(n) {
      if (n === 1 || n === 49) say(paper === 'ok' ? 0 : paper === 'near-end' ? 3 : 0x0c)
      else say(0)
    },
    onAskId(n) {
      if (n >= 65) say(0x5f, ...Buffer.from(n === 67 ? 'TM-SIM' : 'Lodge'), 0)
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
        client?.write(Buffer.from([0xff, 0x37, 0x01, 0x13, 0x80, 0x22, 0x00, 0x12]))
        break
      case 'disconnect':
        client?.destroy()
        break
      case 'power-loss':
        powerOff()
        break
    }
    changed()
  }

  /** Answers the process-id requests in the buffer while what stands before them waits there. */
  function answerEarly(): void {
    const request = Buffer.from([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30])
    for (;;) {
      const at = Buffer.from(buffer).indexOf(request)
      if (at < 0 || buffer.length < at + 11) return
      say(0x37, 0x22, ...buffer.splice(at, 11).slice(7), 0)
    }
  }

  function run(): void {
    while (buffer.length > 0) {
      const byte = buffer[0] ?? 0
      // Without paper or with the cover open the printer holds still; an untrustworthy one answers all the same.
      if (!canMove()) {
        if (on && !stalled && options.answersWithoutPaper === true) answerEarly()
        return
      }
      buffer.shift()
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

  /** DLE EOT n and DLE DC4 fn 8 act at once, wherever they stand in the stream. */
  function receive(byte: number): void {
    realTime.push(byte)
    const [first, second] = realTime
    if (first !== dle) {
      flushRealTime()
      return
    }
    if (second === undefined) return
    if (second === 0x04) {
      if (realTime.length < 3) return
      say(status(realTime[2] ?? 0))
      realTime = []
      return
    }
    if (second === 0x14) {
      if (realTime.length < 3) return
      if (realTime[2] !== 0x08) {
        if (realTime.length < 5) return
        realTime = []
        return
      }
      if (realTime.length < 10) return
      realTime = []
      buffer = []
      machine.clear()
      say(0x37, 0x25, 0x00)
      return
    }
    flushRealTime()
  }

  function flushRealTime(): void {
    buffer.push(...realTime)
    realTime = []
  }

  function powerOff(): void {
    on = false
    buffer = []
    realTime = []
    stalled = false
    mute = false
    const torn = machine.tear()
    if (torn !== null) tray.push({ strip: torn, text: torn.text, cut: false })
    machine.reset()
    client?.destroy()
    server?.close()
    server = null
    changed()
  }

  function listen(): Promise<void> {
    const next = createServer({ noDelay: true }, (socket) => {
      // One client at a time, like the real ones: the newest wins.
      client?.destroy()
      client = socket
      executed = 0
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (client === socket) client = null
      })
      socket.on('data', (bytes) => {
        for (const byte of bytes) receive(byte)
        run()
      })
    })
    server = next
    return new Promise((resolve, reject) => {
      next.once('error', reject)
      next.listen(port, '127.0.0.1', () => {
        const address = next.address()
        if (typeof address === 'object' && address !== null) port = address.port
        resolve()
      })
    })
  }
  await listen()

  return {
    get port() {
      return port
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
    async setPower(value) {
      if (value === on) return
      if (!value) {
        powerOff()
        return
      }
      on = true
      await listen()
      changed()
    },
    setFault(next) {
      fault = next
      executed = 0
    },
    slips: () => tray,
    takeSlips() {
      const torn = machine.tear()
      if (torn !== null) tray.push({ strip: torn, text: torn.text, cut: false })
      changed()
      return tray.splice(0)
    },
    state: () => ({ paper, coverOpen, on, buffered: buffer.length }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      client?.destroy()
      const closing = server
      server = null
      if (closing !== null) await new Promise<void>((resolve) => closing.close(() => resolve()))
    },
  }
}
