/** The allow-list: which rule names a device. A device that no rule names is never opened. */
import type { ReaderRule, ReadersConfig } from './config.ts'
import type { HidDeviceInfo } from './port.ts'

type Known = Pick<HidDeviceInfo, 'vendorId' | 'productId' | 'usagePage' | 'usage'>

function allows(rule: ReaderRule, info: Known): boolean {
  return (
    (rule.vendorId === undefined || rule.vendorId === info.vendorId) &&
    (rule.productId === undefined || rule.productId === info.productId) &&
    (rule.usagePage === undefined || rule.usagePage === info.usagePage) &&
    (rule.usage === undefined || rule.usage === info.usage) &&
    // A rule that names nothing would open every device on the bus; one that names keyboards in general, the desk's
    // own.
    (rule.vendorId !== undefined || (rule.usagePage !== undefined && rule.usagePage > 0x1f))
  )
}

export function ruleFor(config: Pick<ReadersConfig, 'allow'>, info: Known): ReaderRule | null {
  return config.allow.find((rule) => allows(rule, info)) ?? null
}
