/**
 * HID devices that the kernel believes in, made over /dev/uhid (linux/uhid.h, Documentation/hid/uhid.rst): reports go
 * through the HID core to hidraw as those of a device on a cable do.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'

const event = {
  destroy: 1,
  open: 4,
  close: 5,
  getReport: 9,
  getReportReply: 10,
  create2: 11,
  input2: 12,
  setReport: 13,
  setReportReply: 14,
} as const
const usbBus = 0x03
const eventSize = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4096
const pollMs = 3
const again = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])
const notSupported = 95

export interface UhidDevice {
  /** Sends one input report, its report id in front where the device has ids. */
  input(report: Uint8Array): void
  /** How many have it open now. */
  opened(): number
  /** How often it was opened. */
  everOpened(): number
  /** Feature reports that were set on it, newest last. */
  readonly set: readonly Buffer[]
  /** The device goes, as when its cable is pulled. */
  unplug(): void
}

export interface UhidIdentity {
  readonly name: string
  readonly vendorId: number
  readonly productId: number
  readonly descriptor: Uint8Array
  /** Answers a feature report by its id, id included; null refuses. */
  readonly feature?: (id: number) => Uint8Array | null
}

export function plugIn({ name, vendorId, productId, descriptor, feature }: UhidIdentity): UhidDevice {
  const fd = openSync('/dev/uhid', constants.O_RDWR | constants.O_NONBLOCK)
  const create = Buffer.alloc(eventSize)
  create.writeUInt32LE(event.create2, 0)
  create.write(name, 4, 127)
  const fixed = 4 + 128 + 64 + 64
  create.writeUInt16LE(descriptor.length, fixed)
  create.writeUInt16LE(usbBus, fixed + 2)
  create.writeUInt32LE(vendorId, fixed + 4)
  create.writeUInt32LE(productId, fixed + 8)
  create.set(descriptor, fixed + 20)
  writeSync(fd, create)

  const set: Buffer[] = []
  let opened = 0
  let everOpened = 0
  let gone = false

  function answer(got: Buffer): void {
    switch (got.readUInt32LE(0)) {
      case event.open:
        opened += 1
        everOpened += 1
        break
      case event.close:
        opened -= 1
        break
      case event.getReport: {
        const report = feature?.(got[8] ?? 0) ?? null
        const reply = Buffer.alloc(12 + (report?.length ?? 0))
        reply.writeUInt32LE(event.getReportReply, 0)
        reply.writeUInt32LE(got.readUInt32LE(4), 4)
        reply.writeUInt16LE(report === null ? notSupported : 0, 8)
        reply.writeUInt16LE(report?.length ?? 0, 10)
        if (report !== null) reply.set(report, 12)
        writeSync(fd, reply)
        break
      }
      case event.setReport: {
        const size = got.readUInt16LE(10)
        set.push(Buffer.from(got.subarray(12, 12 + size)))
        const reply = Buffer.alloc(10)
        reply.writeUInt32LE(event.setReportReply, 0)
        reply.writeUInt32LE(got.readUInt32LE(4), 4)
        writeSync(fd, reply)
        break
      }
    }
  }
  const got = Buffer.alloc(eventSize)
  function poll(): void {
    for (;;) {
      if (gone) return
      try {
        if (readSync(fd, got) === 0) return
      } catch (error) {
        if (again.has((error as NodeJS.ErrnoException).code ?? '')) return
        throw error
      }
      answer(got)
    }
  }
  const timer = setInterval(poll, pollMs)

  return {
    input(report) {
      const message = Buffer.alloc(6 + report.length)
      message.writeUInt32LE(event.input2, 0)
      message.writeUInt16LE(report.length, 4)
      message.set(report, 6)
      writeSync(fd, message)
    },
    opened: () => opened,
    everOpened: () => everOpened,
    set,
    unplug() {
      if (gone) return
      gone = true
      clearInterval(timer)
      const message = Buffer.alloc(4)
      message.writeUInt32LE(event.destroy, 0)
      writeSync(fd, message)
      closeSync(fd)
    },
  }
}
