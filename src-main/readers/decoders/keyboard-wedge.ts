/**
 * Keyboard wedges read raw: boot-protocol input reports, `[modifiers][reserved][six usages]` (Device Class Definition
 * for HID 1.11, appendix B.1). A usage counts when it was not in the report before; Enter or Tab ends the scan; a
 * roll-over report (usage 1 in all six places) spoils it.
 */
import { longestScan, type DecodedScan, type Decoder } from './decoder.ts'
import { layouts, type LayoutName } from './layouts.ts'

const shiftMask = 0x22
const altGrMask = 0x40
const enter = 0x28
const keypadEnter = 0x58
const tab = 0x2b
const rollover = 0x01

export function createKeyboardWedgeDecoder(layout: LayoutName): Decoder {
  const maps = layouts[layout]
  let held = new Set<number>()
  let text = ''
  let spoiled = false

  function reset(): void {
    text = ''
    spoiled = false
  }

  function keysOf(report: Uint8Array): Uint8Array | null {
    // 8 bytes, or 9 with a report id in front.
    if (report.length === 8) return report
    if (report.length === 9) return report.subarray(1)
    return null
  }

  return {
    push(report) {
      const keys = keysOf(report)
      if (keys === null) {
        reset()
        held = new Set()
        return []
      }
      const modifiers = keys[0] ?? 0
      const usages = [...keys.subarray(2)].filter((usage) => usage !== 0)
      if (usages.includes(rollover)) {
        spoiled = true
        return []
      }
      const map = (modifiers & altGrMask) !== 0 ? maps.altGr : (modifiers & shiftMask) !== 0 ? maps.shift : maps.plain
      const done: DecodedScan[] = []
      for (const usage of usages) {
        if (held.has(usage)) continue
        if (usage === enter || usage === keypadEnter || usage === tab) {
          if (!spoiled && text.trim() !== '') done.push({ text: text.trim(), symbology: null })
          reset()
          continue
        }
        const character = map.get(usage)
        // A key without a character (F5, Ctrl-C) is not part of any card.
        if (character === undefined || (modifiers & 0x1d) !== 0) spoiled = true
        else text += character
        if (text.length > longestScan) {
          text = ''
          spoiled = true
        }
      }
      held = new Set(usages)
      return done
    },
    pending: () => text !== '' || spoiled,
    reset() {
      reset()
      held = new Set()
    },
  }
}

/** The reports a wedge types for `text` and Enter: used by the simulated reader and by tests. Throws for a character the layout lacks. */
export function encodeKeyboardWedge(text: string, layout: LayoutName): Buffer[] {
  const maps = layouts[layout]
  const find = (map: ReadonlyMap<number, string>, character: string) => [...map].find(([, value]) => value === character)?.[0]
  const reports: Buffer[] = []
  const press = (modifiers: number, usage: number) => {
    reports.push(Buffer.from([modifiers, 0, usage, 0, 0, 0, 0, 0]), Buffer.alloc(8))
  }
  for (const character of text) {
    const plain = find(maps.plain, character)
    const shifted = find(maps.shift, character)
    const alt = find(maps.altGr, character)
    if (plain !== undefined) press(0, plain)
    else if (shifted !== undefined) press(0x02, shifted)
    else if (alt !== undefined) press(altGrMask, alt)
    else throw new RangeError('the layout has no such character')
  }
  press(0, enter)
  return reports
}
