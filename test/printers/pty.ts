/**
 * A pair of pseudo-terminals: what the serial transport opens, and the simulated printer on the other end. Linux only.
 */
import { createRequire } from 'node:module'
import { closeSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type * as Koffi from 'koffi'
import { createDevice, type Device, type DeviceOptions } from '../../src-main/printers/simulated/index.ts'

export interface SerialBench {
  readonly path: string
  readonly device: Device
  /** Raw bytes to the host, as flow control is. */
  readonly say: (...bytes: number[]) => void
  /** The printer reads no more: its line holds the host back. */
  readonly hold: () => void
  readonly goOn: () => void
  /** Bytes that have come over the line so far. */
  readonly heard: () => number
  readonly stop: () => void
}

/** Why there are none here, or null. */
export function whyNoPty(): string | null {
  return process.platform === 'linux' ? null : 'pseudo-terminals are opened by glibc’s openpty'
}

function openPty(): { master: number; slave: number; path: string } {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const number = koffi.out(koffi.pointer('int'))
  const openpty = koffi.load('libc.so.6').func('openpty', 'int', [number, number, 'void *', 'void *', 'void *'])
  const [master, slave] = [[0], [0]]
  const name = Buffer.alloc(128)
  if (openpty(master, slave, name, null, null) !== 0) throw new Error('openpty')
  return { master: master[0] ?? -1, slave: slave[0] ?? -1, path: name.toString('latin1').replace(/\0.*$/s, '') }
}

export function startSerialPrinter(options: DeviceOptions = {}): SerialBench {
  const { master, slave, path } = openPty()
  let heard = 0
  const end = new ReadStream(master)
  end.setRawMode(true)
  const say = (...bytes: number[]) => void writeSync(master, Buffer.from(bytes))
  const device = createDevice(options, () => undefined)
  device.plug({ send: (bytes) => say(...bytes), drop: () => undefined, outlivesReset: true })
  end.on('data', (bytes) => {
    heard += bytes.length
    device.receive(bytes)
  })
  end.on('error', () => undefined)
  return {
    path,
    device,
    say,
    hold: () => void end.pause(),
    goOn: () => void end.resume(),
    heard: () => heard,
    stop() {
      end.destroy()
      closeSync(slave)
    },
  }
}
