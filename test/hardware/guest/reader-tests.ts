/** Readers through a real kernel: USB and HID core, hidraw, node-hid, the desk's supervisor and decoders. */
import assert from 'node:assert/strict'
import { chownSync, closeSync, constants, openSync, writeSync } from 'node:fs'
import {
  createNodeHidBus,
  encodeDocument,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  pcproxCommands,
  type HidBus,
  type HidDeviceInfo,
} from '../../../src-main/readers/index.ts'
import { barCodeScanner, documentReader, keyboard, proximityReader, stripeReader } from './descriptors.ts'
import { makeGadget } from './gadget.ts'
import { aWhile, until, type HardwareTest, type World } from './hardware-test.ts'
import { strokesOf } from './keys.ts'
import { atDesk, scannerRule, wedgeRule } from './reader-desk.ts'
import { plugIn, type UhidDevice } from './uhid.ts'

const scannerIdentity = { name: 'Lodge Scanner', vendorId: 0x0c2e, productId: 0x0b61, descriptor: barCodeScanner }
const kioskUser = 1000

/** With a device on the bus, unplugged at the end whatever comes. */
async function withDevice(
  world: World,
  identity: Parameters<typeof plugIn>[0],
  acts: (device: UhidDevice, send: (reports: readonly Uint8Array[]) => void) => Promise<void>,
): Promise<void> {
  const device = plugIn(identity)
  world.count('devices')
  try {
    await acts(device, (reports) => {
      for (const report of reports) device.input(report)
      world.count('reports', reports.length)
    })
  } finally {
    device.unplug()
  }
}

/** The device as the bus lists it, as soon as the kernel has made it. */
async function listed(bus: HidBus, vendorId: number): Promise<HidDeviceInfo> {
  let info: HidDeviceInfo | undefined
  await until('it is listed', async () => {
    const found = await bus.devices()
    info = found.ok ? found.value.find((one) => one.vendorId === vendorId) : undefined
    return info !== undefined
  })
  assert.ok(info)
  return info
}

const type = async (world: World, text: string) => {
  const strokes = strokesOf(text)
  await world.ask({ kind: 'keys', strokes })
  world.count(
    'reports',
    strokes.reduce((sum, keys) => sum + 2 * keys.length, 0),
  )
}

/** The specimens of ICAO Doc 9303, parts 4 and 5. */
const passport = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10']
const long = `Kortti-${'0123456789ABCDEF'.repeat(10)}`

export const readerTests: readonly HardwareTest[] = [
  {
    name: 'USB keyboard: a card number that is typed is one scan, exact',
    async run(world) {
      world.count('devices')
      await atDesk([wedgeRule], async (desk) => {
        await desk.ready()
        await type(world, '04A1B2C3D4E5F6\n')
        await desk.scanned(1)
        assert.deepEqual(desk.texts(), ['04A1B2C3D4E5F6'])
        assert.equal(desk.scans[0]?.kind, 'keyboard-wedge')
      })
    },
  },
  {
    name: 'USB keyboard: the letters and signs of the Finnish layout',
    async run(world) {
      await atDesk([{ ...wedgeRule, layout: 'fi' }], async (desk) => {
        await desk.ready()
        await world.ask({
          kind: 'keys',
          strokes: [
            ['bracket_left'],
            ['apostrophe'],
            ['semicolon'],
            ['shift', '7'],
            ['slash'],
            ['shift', 'apostrophe'],
            ['ret'],
          ],
        })
        await desk.scanned(1)
        assert.deepEqual(desk.texts(), ['åäö/-Ä'])
      })
    },
  },
  {
    name: 'USB keyboard: the machine-readable lines of a passport arrive whole, in order',
    async run(world) {
      await atDesk([wedgeRule], async (desk) => {
        await desk.ready()
        await type(world, `${passport.join('\n')}\n`)
        await until('both lines', () => desk.texts().join('\n').includes('184226B'), 30_000)
        assert.equal(desk.texts().join('\n'), passport.join('\n'))
      })
    },
  },
  {
    name: 'USB keyboard: unplugged in the middle of a card, then plugged in again',
    async run(world) {
      await atDesk([wedgeRule], async (desk) => {
        await desk.ready()
        await type(world, '04A1B2')
        await aWhile(200)
        await world.ask({ kind: 'unplug-keyboard' })
        await until('the screen is told that a read broke off', () => desk.torn.length > 0)
        await until('no reader', () => desk.supervisor.status().state !== 'ready')
        await world.ask({ kind: 'plug-keyboard' })
        world.count('devices')
        await desk.ready()
        await type(world, 'C3D4\n')
        await desk.scanned(1)
        assert.deepEqual(desk.texts(), ['C3D4'])
        assert.deepEqual(desk.torn, [{ code: 'L-704' }])
      })
    },
  },
  {
    name: 'bar code scanner: text, symbology, and data over several reports',
    run: (world) =>
      withDevice(world, scannerIdentity, (_, send) =>
        atDesk([scannerRule], async (desk) => {
          await desk.ready()
          send(encodeHidPos('6430012345678', ']E0'))
          await desk.scanned(1)
          send(encodeHidPos(long, ']Q3'))
          await desk.scanned(2)
          send(encodeHidPos(passport.join('\r\n')))
          await desk.scanned(3)
          assert.deepEqual(
            desk.scans.map(({ text, symbology }) => [text, symbology]),
            [
              ['6430012345678', ']E0'],
              [long, ']Q3'],
              [passport.join('\n'), ']E0'],
            ],
          )
        }),
      ),
  },
  {
    name: 'bar code scanner: unplugged between two reports of one code, then plugged in again',
    async run(world) {
      await atDesk([scannerRule], async (desk) => {
        const [first] = encodeHidPos(long)
        assert.ok(first)
        await withDevice(world, scannerIdentity, async (_, send) => {
          await desk.ready()
          send([first])
          await aWhile(200)
        })
        await until('the screen is told that a read broke off', () => desk.torn.length > 0)
        await withDevice(world, scannerIdentity, async (_, send) => {
          await until('the reader is back', () => desk.supervisor.status().names.length === 1)
          send(encodeHidPos('after'))
          await desk.scanned(1)
          assert.deepEqual(desk.texts(), ['after'])
          assert.deepEqual(desk.torn, [{ code: 'L-704' }])
        })
      })
    },
  },
  {
    name: 'bar code scanner on a USB cable: read, unplugged in the middle, replugged',
    async run(world) {
      const scanner = makeGadget(
        'hid.usb0',
        { vendorId: 0x0c2e, productId: 0x0b62 },
        { protocol: '0', subclass: '0', report_length: '64', report_desc: barCodeScanner },
      )
      const send = async (reports: readonly Uint8Array[]) => {
        const fd = openSync('/dev/hidg0', constants.O_RDWR | constants.O_NONBLOCK)
        try {
          for (const report of reports)
            await until('the report is taken', () => {
              try {
                return writeSync(fd, report) > 0
              } catch (error) {
                if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false
                throw error
              }
            })
          await aWhile(200)
        } finally {
          closeSync(fd)
        }
        world.count('reports', reports.length)
      }
      await atDesk([scannerRule], async (desk) => {
        scanner.plug()
        world.count('devices')
        try {
          await desk.ready()
          await send(encodeHidPos('cable-1'))
          await desk.scanned(1)
          await send(encodeHidPos(long).slice(0, 1))
          scanner.unplug()
          await until('the screen is told that a read broke off', () => desk.torn.length > 0)
          scanner.plug()
          world.count('devices')
          await until('the reader is back', () => desk.supervisor.status().names.length === 1)
          await send(encodeHidPos(long))
          await desk.scanned(2)
          assert.deepEqual(desk.texts(), ['cable-1', long])
        } finally {
          scanner.unplug()
        }
      })
    },
  },
  {
    name: 'a card that is read twice at once counts once; again later counts again',
    run: (world) =>
      withDevice(world, scannerIdentity, (_, send) =>
        atDesk(
          [scannerRule],
          async (desk) => {
            await desk.ready()
            send([...encodeHidPos('twice'), ...encodeHidPos('twice')])
            await aWhile(400)
            send(encodeHidPos('other'))
            await desk.scanned(2)
            await aWhile(600)
            send(encodeHidPos('other'))
            await desk.scanned(3)
            assert.deepEqual(desk.texts(), ['twice', 'other', 'other'])
          },
          { debounceMs: 500 },
        ),
      ),
  },
  {
    name: 'two readers that read at the same moment are not mixed up',
    run: (world) =>
      withDevice(world, scannerIdentity, (_, fromScanner) =>
        withDevice(
          world,
          { name: 'Lodge Wedge', vendorId: 0x0627, productId: 2, descriptor: keyboard },
          (_wedge, fromWedge) =>
            atDesk([{ ...wedgeRule, productId: 2 }, scannerRule], async (desk) => {
              await desk.ready(2)
              const [scanner, wedge] = [encodeHidPos(long), encodeKeyboardWedge('E00401005A', 'us')]
              for (let i = 0; i < Math.max(scanner.length, wedge.length); i++) {
                fromScanner(scanner.slice(i, i + 1))
                fromWedge(wedge.slice(i, i + 1))
                await aWhile(2)
              }
              await desk.scanned(2)
              assert.deepEqual(desk.scans.map(({ reader, text }) => `${reader} ${text}`).sort(), [
                `scanner ${long}`,
                'wedge E00401005A',
              ])
            }),
        ),
      ),
  },
  {
    name: 'torn, empty and foreign reports give no scan, and the next card is read',
    run: (world) =>
      withDevice(world, scannerIdentity, (_, send) =>
        atDesk([scannerRule], async (desk) => {
          await desk.ready()
          const [whole] = encodeHidPos('whole')
          assert.ok(whole)
          const oversize = Buffer.from(whole)
          oversize[1] = 255
          send([Buffer.alloc(64, 0xff), Buffer.from([2]), whole.subarray(0, 20), oversize, Buffer.alloc(64)])
          await aWhile(300)
          // What follows a torn report at once may be the rest of it: it is told as a broken read, and the next is
          // whole.
          send([whole])
          await aWhile(300)
          send([whole])
          await until('the whole one', () => desk.texts().includes('whole'))
          assert.deepEqual(desk.texts(), ['whole'])
        }),
      ),
  },
  {
    name: 'a device that nobody allowed is listed, and never opened',
    run: (world) =>
      withDevice(
        world,
        { name: 'Unknown', vendorId: 0x1234, productId: 0x5678, descriptor: keyboard },
        (stranger, send) =>
          withDevice(world, scannerIdentity, (_, scan) =>
            atDesk([scannerRule], async (desk) => {
              await desk.ready()
              // The kernel's own keyboard driver has it open: what counts is whether that changes.
              await until('it is listed', () =>
                desk.supervisor.devices().some(({ info, used }) => info.vendorId === 0x1234 && !used),
              )
              send(encodeKeyboardWedge('04A1B2C3D4E5F6', 'us'))
              scan(encodeHidPos('mine'))
              await desk.scanned(1)
              await aWhile(300)
              assert.deepEqual(desk.texts(), ['mine'])
              assert.deepEqual(desk.torn, [])
              assert.ok(stranger.everOpened() <= 1)
            }),
          ),
      ),
  },
  {
    name: 'without permission the desk says so, and reads as soon as it has it',
    run: (world) =>
      withDevice(world, scannerIdentity, async (_, send) => {
        process.seteuid?.(kioskUser)
        try {
          await atDesk([scannerRule], async (desk) => {
            await until('no permission is told', () => desk.supervisor.status().failure?.code === 'L-702')
            assert.equal(desk.supervisor.status().state, 'trouble')
            const [path] = desk.supervisor.devices().flatMap(({ info }) => (info.usagePage === 0x8c ? [info.path] : []))
            assert.ok(path)
            process.seteuid?.(0)
            chownSync(path, kioskUser, kioskUser)
            process.seteuid?.(kioskUser)
            await desk.ready()
            send(encodeHidPos('allowed'))
            await desk.scanned(1)
            assert.deepEqual(desk.texts(), ['allowed'])
          })
        } finally {
          process.seteuid?.(0)
        }
      }),
  },
  {
    name: 'stopping lets every reader go before it is done',
    run: (world) =>
      withDevice(world, scannerIdentity, async (device) => {
        await atDesk([scannerRule], async (desk) => {
          await desk.ready()
          await until('it is open', () => device.opened() === 1)
        })
        await until('it is let go', () => device.opened() === 0, 1000)
      }),
  },
  {
    name: 'a reader that is let go the moment it was opened does not take the engine with it',
    run: (world) =>
      withDevice(world, scannerIdentity, async (device) => {
        const bus = createNodeHidBus()
        const info = await listed(bus, scannerIdentity.vendorId)
        for (let i = 0; i < 5; i++) {
          const opened = await bus.open(info.path)
          assert.ok(opened.ok)
          await opened.value.close()
        }
        await until('it is let go', () => device.everOpened() >= 5 && device.opened() === 0)
      }),
  },
  {
    name: 'magnetic stripe reader: a report of 337 bytes comes through hidraw whole, a feature report both ways',
    run: (world) =>
      withDevice(
        world,
        {
          name: 'Lodge Stripe',
          vendorId: 0x0acd,
          productId: 0x0520,
          descriptor: stripeReader,
          feature: () => Buffer.alloc(24, 0x5a),
        },
        async (device, send) => {
          const bus = createNodeHidBus()
          const info = await listed(bus, 0x0acd)
          assert.equal(info.usagePage, 0x8e)
          const opened = await bus.open(info.path)
          assert.ok(opened.ok)
          const reports: Buffer[] = []
          opened.value.onReport((report) => reports.push(report))
          try {
            const report = Buffer.from(Array.from({ length: 337 }, (_, i) => i & 0xff))
            send([report])
            await until('the report', () => reports.length === 1)
            assert.deepEqual(reports[0], report)
            const feature = await opened.value.getFeatureReport(0, 25)
            assert.deepEqual([...feature.subarray(-24)], [...Buffer.alloc(24, 0x5a)])
            await opened.value.sendFeatureReport(Buffer.from([0, ...Buffer.alloc(24, 7)]))
            await until('the feature report', () => device.set.length === 1)
            assert.deepEqual([...(device.set[0] ?? [])].slice(-24), [...Buffer.alloc(24, 7)])
          } finally {
            await opened.value.close()
          }
        },
      ),
  },
  {
    name: 'magnetic stripe reader: a swipe gives the number of its track, a failed one nothing, and it reads again after a replug',
    run: (world) =>
      atDesk([{ name: 'stripe', usagePage: 0x8e, decoder: 'magnetic-stripe' }], async (desk) => {
        const identity = { name: 'Lodge Stripe', vendorId: 0x0801, productId: 0x0002, descriptor: stripeReader }
        const swipe = (number: string) =>
          encodeMagneticStripe([`B${number}^KOE/KAISA^2512`, `${number}=2512101`, null], { lrc: true })
        const failed = swipe('5555555')
        failed[1] = 1
        await withDevice(world, identity, async (_, send) => {
          await desk.ready()
          send([swipe('6009123456789')])
          await desk.scanned(1)
          await aWhile(400)
          send([failed])
          await aWhile(400)
        })
        await until('no reader', () => desk.supervisor.status().state !== 'ready')
        await withDevice(world, identity, async (_, send) => {
          await until('the reader is back', () => desk.supervisor.status().names.length === 1)
          send([swipe('6009123456790')])
          await desk.scanned(2)
          assert.deepEqual(desk.texts(), ['6009123456789', '6009123456790'])
        })
      }),
  },
  {
    name: 'proximity reader: asked by feature reports; a card that lies on it is one read, and the next one another',
    async run(world) {
      let lying = encodePcprox(0n, 0)
      let device: UhidDevice | null = null
      const identity = {
        name: 'Lodge Prox',
        vendorId: 0x0c27,
        productId: 0x3bfa,
        descriptor: proximityReader,
        // As over USB: the report id 0 in front, then the answer to what was asked last.
        feature: () => {
          world.count('reports')
          const command = device?.set.at(-1)?.at(-8)
          return Buffer.concat([
            Buffer.alloc(1),
            command === pcproxCommands.bits ? lying.subarray(8) : lying.subarray(0, 8),
          ])
        },
      }
      await withDevice(world, identity, async (made) => {
        device = made
        await atDesk([{ name: 'prox', vendorId: 0x0c27, usagePage: 0xff00, decoder: 'pcprox' }], async (desk) => {
          await desk.ready()
          await aWhile(400)
          lying = encodePcprox(0x1a2b3c4n, 26)
          await desk.scanned(1)
          await aWhile(600)
          lying = encodePcprox(0n, 0)
          await aWhile(600)
          lying = encodePcprox(0x5d6e7fn, 37)
          await desk.scanned(2)
          assert.deepEqual(desk.texts(), ['1A2B3C4', '00005D6E7F'])
          assert.deepEqual(desk.torn, [])
        })
      })
    },
  },
  {
    name: 'document reader: the lines of a passport over several reports; unplugged in the middle, plugged in again',
    run: (world) =>
      atDesk([{ name: 'documents', vendorId: 0x2bd9, usagePage: 0xff01, decoder: 'document' }], async (desk) => {
        const identity = { name: 'Lodge Documents', vendorId: 0x2bd9, productId: 1, descriptor: documentReader }
        const reports = encodeDocument(passport)
        await withDevice(world, identity, async (_, send) => {
          await desk.ready()
          send(reports.slice(0, 1))
          await aWhile(200)
        })
        await until('the screen is told that a read broke off', () => desk.torn.length > 0)
        await withDevice(world, identity, async (_, send) => {
          await until('the reader is back', () => desk.supervisor.status().names.length === 1)
          send(reports)
          await desk.scanned(1)
          assert.deepEqual(desk.texts(), [passport.join('\n')])
          assert.deepEqual(desk.torn, [{ code: 'L-704' }])
        })
      }),
  },
  {
    name: 'a keyboard that udev does not keep from the desktop is not read, and the reason is told',
    run: (world) =>
      withDevice(world, { name: 'Lodge Wedge', vendorId: 0x08ff, productId: 9, descriptor: keyboard }, (_, send) =>
        atDesk(
          [{ name: 'wedge', vendorId: 0x08ff, usagePage: 1, usage: 6, decoder: 'keyboard-wedge' }],
          async (desk) => {
            await until('it is told', () => desk.supervisor.status().failure?.code === 'L-710')
            send(encodeKeyboardWedge('04A1B2C3', 'us'))
            await aWhile(400)
            assert.deepEqual(desk.texts(), [])
          },
          { wedgeIsolation: 'udev' },
        ),
      ),
  },
]
