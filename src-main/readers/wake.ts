/**
 * What some devices must be told after opening before they send anything. A device that refuses it is read as it is.
 */
import type { HidDeviceInfo, HidHandle } from './port.ts'

const honeywell = 0x0c2e
const barCodePage = 0x8c

export async function wake(
  info: Pick<HidDeviceInfo, 'vendorId' | 'usagePage'>,
  handle: Pick<HidHandle, 'sendFeatureReport'>,
): Promise<void> {
  if (info.vendorId !== honeywell || info.usagePage !== barCodePage) return
  try {
    // Honeywell scanners report in HID POS only after feature report 254 has said so (seen with the Voyager 1400g).
    await handle.sendFeatureReport(Buffer.from([0xfe, 0x01]))
  } catch {
    // Newer firmware has no such report and needs none.
  }
}
