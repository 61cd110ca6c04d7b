/**
 * A USB device on a cable of the kernel's own (dummy_hcd), made by configfs (Documentation/usb/gadget_configfs.rst).
 */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Gadget {
  /** The cable is put in. */
  plug(): void
  /** The cable is pulled. */
  unplug(): void
}

let made = 0

/** `fields`: the function's attributes, as configfs names them. It starts unplugged. */
export function makeGadget(
  device: string,
  ids: { vendorId: number; productId: number },
  fields: Readonly<Record<string, string | Uint8Array>>,
): Gadget {
  made += 1
  const folder = `/sys/kernel/config/usb_gadget/lodge${made}`
  const set = (name: string, value: string | Uint8Array) => writeFileSync(join(folder, name), value)
  mkdirSync(folder)
  set('idVendor', `0x${ids.vendorId.toString(16)}`)
  set('idProduct', `0x${ids.productId.toString(16)}`)
  mkdirSync(join(folder, 'strings/0x409'))
  set('strings/0x409/manufacturer', 'Lodge')
  set('strings/0x409/product', device)
  set('strings/0x409/serialnumber', `${made}`)
  mkdirSync(join(folder, 'functions', device))
  for (const [name, value] of Object.entries(fields)) set(join('functions', device, name), value)
  mkdirSync(join(folder, 'configs/c.1'))
  symlinkSync(join(folder, 'functions', device), join(folder, 'configs/c.1', device))
  const controller = readdirSync('/sys/class/udc').sort()[made - 1]
  if (controller === undefined) throw new Error('no USB device controller is free')
  return {
    plug: () => set('UDC', controller),
    unplug: () => set('UDC', '\n'),
  }
}
