/** The hand at the emulated USB keyboard: strokes no faster than its queue takes them, and its cable. */
import type { Act } from '../wire.ts'
import type { Machine } from './machine.ts'

/** QEMU keeps sixteen key events and drops more; the kernel asks for one every 8-10 ms. */
const betweenMs = 18
const pause = () => new Promise((resolve) => setTimeout(resolve, betweenMs))

async function stroke(machine: Machine, keys: readonly string[]): Promise<void> {
  const events = (down: boolean, of: readonly string[]) => ({
    events: of.map((key) => ({ type: 'key', data: { down, key: { type: 'qcode', data: key } } })),
  })
  await machine.command('input-send-event', events(true, keys))
  await pause()
  await machine.command('input-send-event', events(false, [...keys].reverse()))
  await pause()
}

export async function act(machine: Machine, what: Act): Promise<void> {
  switch (what.kind) {
    case 'keys':
      for (const keys of what.strokes) await stroke(machine, keys)
      break
    case 'unplug-keyboard':
      await machine.command('device_del', { id: 'keyboard' })
      break
    case 'plug-keyboard':
      await machine.command('device_add', { driver: 'usb-kbd', id: 'keyboard', bus: 'usb.0' })
      break
  }
}
