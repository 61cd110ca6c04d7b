/**
 * The engine's end of the reader bench: a HID bus whose devices and reports arrive over loopback TCP, and which may
 * vanish.
 */
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { HidBus, HidDeviceInfo } from '../port.ts'
import { BenchMessage, type SimulatedDevice } from './wire.ts'

interface Opened {
  report: (report: Buffer) => void
  error: (error: unknown) => void
}

const retryMs = 300

export function createSimulatedBus(address: { host: string; port: number }): HidBus {
  const plugged = new Map<string, SimulatedDevice>()
  const opened = new Map<string, Opened>()
  const changeListeners = new Set<() => void>()
  let socket: Socket | null = null
  let retry: NodeJS.Timeout | null = null
  let stopped = false

  function changed(): void {
    for (const listener of changeListeners) listener()
  }

  function unplug(path: string): void {
    plugged.delete(path)
    // HIDAsync reports an unplugged device as a plain string.
    opened.get(path)?.error('could not read from HID device')
    opened.delete(path)
  }

  function handle(message: BenchMessage): void {
    switch (message.t) {
      case 'plug':
        plugged.set(message.device.path, message.device)
        changed()
        return
      case 'unplug':
        unplug(message.path)
        changed()
        return
      case 'report':
        opened.get(message.path)?.report(Buffer.from(message.hex, 'hex'))
        return
    }
  }

  function dial(): void {
    if (stopped) return
    const connection = connect({ ...address, noDelay: true })
    socket = connection
    const lines = createInterface({ input: connection })
    // The interface repeats the socket's errors; `close` below deals with them.
    lines.on('error', () => undefined)
    lines.on('line', (line) => {
      const message = BenchMessage.safeParse(JSON.parse(line))
      if (message.success) handle(message.data)
    })
    connection.on('error', () => undefined)
    connection.on('close', () => {
      for (const path of [...plugged.keys()]) unplug(path)
      changed()
      if (!stopped) retry = setTimeout(dial, retryMs)
    })
  }
  dial()

  return {
    devices: () =>
      Promise.resolve(
        ok(
          [...plugged.values()].map((device): HidDeviceInfo => ({
            ...device,
            manufacturer: 'Lodge bench',
            serialNumber: '',
            interface: 0,
          })),
        ),
      ),
    open(path) {
      if (!plugged.has(path)) return Promise.resolve(fail(failures.noReader))
      const entry: Opened = { report: () => undefined, error: () => undefined }
      opened.set(path, entry)
      return Promise.resolve(
        ok({
          onReport(listener: (report: Buffer) => void) {
            entry.report = listener
          },
          onError(listener: (error: unknown) => void) {
            entry.error = listener
          },
          getFeatureReport: () => Promise.reject(new Error('no feature reports')),
          sendFeatureReport: () => Promise.reject(new Error('no feature reports')),
          close: () => {
            opened.delete(path)
            return Promise.resolve()
          },
        }),
      )
    },
    onChange(listener) {
      changeListeners.add(listener)
      return () => changeListeners.delete(listener)
    },
    stop() {
      stopped = true
      if (retry !== null) clearTimeout(retry)
      socket?.destroy()
      return Promise.resolve()
    },
  }
}
