/**
 * Whether the desktop is kept from a keyboard's keys on Linux: every event device of the same HID device carries udev's
 * property `LIBINPUT_IGNORE_DEVICE=1` (libinput manual, "Ignoring specific devices"; resources/udev/60-lodge.rules sets
 * it). sysfs says which event devices those are, udev's database what they carry.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** `path` is `/dev/hidrawN`; `root` is `/`, or a copy for tests. A device that has no event device types for nobody. */
export async function isolatedByUdev(path: string, root = '/'): Promise<boolean> {
  const device = join(root, 'sys/class/hidraw', basename(path), 'device')
  const inputs = await readdir(join(device, 'input')).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : null,
  )
  if (inputs === null) return false
  // Without its own folder in sysfs nothing is known of it.
  if (inputs.length === 0) return (await readdir(device).catch(() => [])).length > 0
  for (const input of inputs) {
    const events = (await readdir(join(device, 'input', input)).catch(() => [])).filter((name) =>
      /^event\d+$/.test(name),
    )
    for (const event of events) {
      const number = await readFile(join(device, 'input', input, event, 'dev'), 'utf8').catch(() => '')
      const said = await readFile(join(root, 'run/udev/data', `c${number.trim()}`), 'utf8').catch(() => '')
      if (!/^E:LIBINPUT_IGNORE_DEVICE=(?!0?$)/m.test(said)) return false
    }
  }
  return true
}
