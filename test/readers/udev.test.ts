/**
 * The udev rules that are shipped: readers for the kiosk's group, keys of readers kept from the desktop, and no
 * keyboard in general.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeFailure } from '../../src-shared/failures/codes.ts'

const text = readFileSync('resources/udev/60-lodge.rules', 'utf8')
const rules = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const giving = rules.filter((rule) => /GROUP=|MODE=|ENV\{/.test(rule))

it('every rule for HID names a vendor, and every rule about keys a product, too', () => {
  expect(giving.length).toBeGreaterThan(10)
  for (const rule of giving) {
    if (rule.includes('usbmisc')) continue
    expect(rule).toMatch(/^ATTRS\{idVendor\}=="[0-9a-f]{4}"/)
    if (rule.includes('LIBINPUT_IGNORE_DEVICE')) expect(rule).toMatch(/ATTRS\{idProduct\}=="[0-9a-f]{4}"/)
  }
  // Nobody but the group: no rule opens a device to all.
  for (const rule of giving) expect(rule).toMatch(/MODE="06[06]0"/)
})

it('a reader that types and may be read is one that the desktop does not see', () => {
  const ids = (rule: string) =>
    [...rule.matchAll(/id(?:Vendor|Product)\}=="([0-9a-f]{4})"/g)].map(([, id]) => id).join(':')
  const typing = giving.filter((rule) => rule.includes('idProduct') && rule.includes('GROUP')).map(ids)
  const kept = giving.filter((rule) => rule.includes('LIBINPUT_IGNORE_DEVICE')).map(ids)
  expect(typing.length).toBeGreaterThan(0)
  for (const id of typing) expect(kept).toContain(id)
})

it('slip printers are the group’s, and every jump has its label', () => {
  expect(rules.some((rule) => /SUBSYSTEM=="usbmisc".*lp\[0-9\]\*.*GROUP="lodge-devices"/.test(rule))).toBe(true)
  for (const [, label] of text.matchAll(/GOTO="(\w+)"/g)) expect(text).toContain(`LABEL="${label ?? ''}"`)
})

it('what stands in the way of a reader names this file', () => {
  for (const code of ['L-702', 'L-710'] as const)
    for (const language of ['fi', 'sv', 'en'] as const)
      expect(describeFailure({ code }, language).next).toContain('resources/udev/60-lodge.rules')
})
