/**
 * The simulated slip printer on loopback TCP, as a network printer is: one host at a time, port 9100 gone when it is
 * off.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { createDevice, type Device, type DeviceOptions } from './device.ts'

export interface SimulatedPrinter extends Pick<
  Device,
  'setPaper' | 'setCover' | 'setMute' | 'setFault' | 'slips' | 'takeSlips' | 'state' | 'onChange'
> {
  readonly port: number
  setPower(on: boolean): Promise<void>
  stop(): Promise<void>
}

export interface SimulatedPrinterOptions extends DeviceOptions {
  readonly port?: number
}

export async function startSimulatedPrinter(options: SimulatedPrinterOptions = {}): Promise<SimulatedPrinter> {
  let client: Socket | null = null
  let server: Server | null = null
  let port = options.port ?? 0
  const closeDoor = () => {
    server?.close()
    server = null
  }
  const device = createDevice(options, closeDoor)

  function listen(): Promise<void> {
    const next = createServer({ noDelay: true }, (socket) => {
      // One host at a time, like the real ones: the newest wins.
      client = socket
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (client === socket) {
          client = null
          device.plug(null)
        }
      })
      socket.on('data', (bytes) => {
        if (client === socket) device.receive(bytes)
      })
      device.plug({
        send: (bytes) => void socket.write(bytes),
        drop: () => void socket.destroy(),
        outlivesReset: false,
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

  const { setPaper, setCover, setMute, setFault, slips, takeSlips, state, onChange } = device
  return {
    get port() {
      return port
    },
    setPaper,
    setCover,
    setMute,
    setFault,
    slips,
    takeSlips,
    state,
    onChange,
    async setPower(value) {
      if (value === state().on) return
      if (!value) {
        device.powerOff()
        closeDoor()
        return
      }
      device.powerOn()
      await listen()
    },
    async stop() {
      client?.destroy()
      const closing = server
      server = null
      if (closing !== null) await new Promise<void>((resolve) => closing.close(() => resolve()))
    },
  }
}
