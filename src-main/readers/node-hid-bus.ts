/**
 * The real bus: node-hid with its hidraw driver on Linux. The library is loaded at the first call, so that a machine
 * without libusb or libudev still starts and says what is missing.
 */
import type * as NodeHid from 'node-hid'
import { fail, ok } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { isolatedByUdev } from './isolation.ts'
import type { HidBus, HidDeviceInfo, HidHandle } from './port.ts'

/** Errors of the library are Errors or plain strings; what they say goes no further than its code. */
function codeOf(
  error: unknown,
): typeof failures.noReader | typeof failures.readerNotPermitted | typeof failures.readerLibraryMissing {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // `require` succeeds without libusb or libudev; the first call then fails (ERR_DLOPEN_FAILED).
  if (
    code === 'ERR_DLOPEN_FAILED' ||
    /cannot open shared object|no native build|MODULE_NOT_FOUND/i.test(`${code} ${message}`)
  )
    return failures.readerLibraryMissing
  return /permission|denied|EACCES|EPERM/i.test(message) ? failures.readerNotPermitted : failures.noReader
}

function handleOf(device: NodeHid.HIDAsync): HidHandle {
  let onReport: (report: Buffer) => void = () => undefined
  let onError: ((error: unknown) => void) | null = null
  let closed = false
  device.on('data', (report: Buffer) => onReport(report))
  // Without a listener an unplugged device would end the process; the library sends an Error or a plain string.
  device.on('error', (error: unknown) => {
    const tell = onError
    onError = null
    tell?.(error)
  })
  return {
    onReport(listener) {
      onReport = listener
    },
    onError(listener) {
      onError = listener
    },
    getFeatureReport: (id, length) => device.getFeatureReport(id, length),
    async sendFeatureReport(data) {
      await device.sendFeatureReport(data)
    },
    async close() {
      // A second close rejects.
      if (closed) return
      closed = true
      onError = null
      // The library begins to read one tick after it got its listener, and throws where nobody can catch it when the
      // device is closed by then: a desk that stops while a reader is being opened would die of it.
      await new Promise((resolve) => setImmediate(resolve))
      await device.close()
    },
  }
}

/** `importLibrary` is node-hid's own import, or another's in a test. */
export function createNodeHidBus(
  platform: NodeJS.Platform = process.platform,
  importLibrary: () => Promise<unknown> = () => import('node-hid'),
): HidBus {
  let library: Promise<typeof NodeHid> | null = null
  function load(): Promise<typeof NodeHid> {
    library ??= importLibrary().then((loaded) => {
      const hid = ((loaded as { default?: unknown }).default ?? loaded) as typeof NodeHid
      // Counts only before the first call of the library.
      if (platform === 'linux') hid.setDriverType('hidraw')
      return hid
    })
    // A library that is installed later is found at the next call.
    library.catch(() => {
      library = null
    })
    return library
  }
  return {
    async devices() {
      try {
        const hid = await load()
        const found = await hid.devicesAsync()
        return ok(
          found.flatMap((device): HidDeviceInfo[] =>
            device.path === undefined
              ? []
              : [
                  {
                    path: device.path,
                    vendorId: device.vendorId,
                    productId: device.productId,
                    usagePage: device.usagePage ?? 0,
                    usage: device.usage ?? 0,
                    product: device.product ?? '',
                    manufacturer: device.manufacturer ?? '',
                    serialNumber: device.serialNumber ?? '',
                    interface: device.interface,
                  },
                ],
          ),
        )
      } catch (error) {
        return fail(codeOf(error))
      }
    },
    async open(path) {
      try {
        const hid = await load()
        return ok(handleOf(await hid.HIDAsync.open(path)))
      } catch (error) {
        return fail(codeOf(error))
      }
    },
    isolated: (path) => isolatedByUdev(path),
    stop: () => Promise.resolve(),
  }
}
