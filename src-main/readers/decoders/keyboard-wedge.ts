/**
 * Keyboard wedges read raw: boot-protocol input reports, `[modifiers][reserved][six usages]` (Device Class Definition
 * for HID 1.11, appendix B.1). A usage counts when it was not in the report before, several in the order they stand;
 * Enter or Tab ends the scan; a roll-over report (usage 1 in all six places) or a torn one spoils it. Times between
 * keys are the supervisor's: it resets the decoder when the next key does not come.
 *
 * Keyboards with n-key rollover send longer reports of a layout of their own, which only their report descriptor tells:
 * refused by name (L-712).
 */
import type { DecodedScan, Decoder, Took } from './decoder.ts'
import { keysFor, layouts, type LayoutName } from './layouts.ts'
import { createTypedText } from './typed-text.ts'
import * as failures from '../../../src-shared/failures/named.ts'

const shiftMask = 0x22
const leftAlt = 0x04
const leftControl = 0x01
const altGrMask = 0x40
const controlMask = 0x11
/** Control, Alt and the system keys of either side: with them a key is a command. */
const commandMask = 0x9d
const enter = 0x28
const keypadEnter = 0x58
const tab = 0x2b
const capsLock = 0x39
const numLock = 0x53
/**
 * Control characters as scanners type them, by the US key of the caret notation: Control with `]` is GS, with `6` RS,
 * with `D` EOT.
 */
const controls: ReadonlyMap<number, string> = new Map([
  [0x30, '\x1d'],
  [0x23, '\x1e'],
  [0x07, '\x04'],
])
const longestBootReport = 9
/** Usages 1..3: roll-over, POST failure, undefined error. */
const lastError = 0x03

/** Alt and a number on the keypad ("emulate keypad" of bar code scanners); the code pages agree up to 126. */
function keypadDigit(usage: number): number | null {
  return usage === 0x62 ? 0 : usage >= 0x59 && usage <= 0x61 ? usage - 0x58 : null
}

export function createKeyboardWedgeDecoder(layout: LayoutName): Decoder {
  let held: ReadonlySet<number> = new Set()
  let took: Took = 'idle'
  let caps = false
  const typed = createTypedText()

  function press(usage: number, modifiers: number): void {
    const character = characterOf(layout, usage, modifiers, caps)
    if (character === null) typed.spoil(failures.scanIncomplete)
    else typed.add(character)
  }

  /** Enter or Tab: what has been typed is whole. */
  function end(): DecodedScan[] {
    const ended = typed.end()
    if (ended === 'empty') return []
    if ('refused' in ended) {
      took = ended.refused
      return []
    }
    if (took === 'part') took = 'scan'
    return [ended.scan]
  }

  return {
    push(report) {
      // 8 bytes, or 9 with a report id in front; anything else lost some keys or gained some.
      const keys = report.length === 8 ? report : report.length === longestBootReport ? report.subarray(1) : null
      took = 'part'
      if (keys === null) {
        held = new Set()
        if (report.length > longestBootReport) {
          typed.abandon()
          took = failures.keysNotUnderstood
        } else typed.spoil(failures.scanIncomplete)
        return []
      }
      const modifiers = keys[0] ?? 0
      if ((modifiers & leftAlt) === 0) typed.endCode()
      const now = new Set<number>()
      const done: DecodedScan[] = []
      for (const usage of keys.subarray(2)) {
        if (usage === 0) continue
        if (usage <= lastError) {
          // What is held is unknown now; the keys of the last good report count as held still.
          typed.spoil(failures.scanIncomplete)
          return done
        }
        if (now.has(usage)) continue
        now.add(usage)
        if (held.has(usage)) continue
        const digit = keypadDigit(usage)
        if (usage === enter || usage === keypadEnter || usage === tab) done.push(...end())
        else if (usage === capsLock) caps = !caps
        else if (usage === numLock) continue
        else if (digit !== null && (modifiers & ~shiftMask) === leftAlt) typed.keypad(digit)
        else press(usage, modifiers)
      }
      held = now
      if (took === 'part' && !typed.pending()) took = 'idle'
      return done
    },
    took: () => took,
    pending: typed.pending,
    spoil() {
      if (typed.pending()) typed.spoil(failures.scanIncomplete)
    },
    reset() {
      typed.reset()
      held = new Set()
      caps = false
    },
    paused: typed.paused,
  }
}

/** What a key types; null for one that types nothing (F5, Escape) or commands something: it is not part of any card. */
function characterOf(layout: LayoutName, usage: number, modifiers: number, caps: boolean): string | null {
  const maps = layouts[layout]
  // Some wedges send AltGr as Windows does: left Control and left Alt.
  const asAltGr = (modifiers & altGrMask) !== 0 || (modifiers & (leftControl | leftAlt)) === (leftControl | leftAlt)
  const command = modifiers & commandMask & (asAltGr ? ~(leftControl | leftAlt) : 0xff)
  if (command !== 0) return (command & ~controlMask) === 0 ? (controls.get(usage) ?? null) : null
  const shifted = (modifiers & shiftMask) !== 0
  const character = (asAltGr ? maps.altGr : shifted ? maps.shift : maps.plain).get(usage) ?? null
  if (character === null || !caps || !/^\p{L}$/u.test(character)) return character
  return shifted ? character.toLowerCase() : character.toUpperCase()
}

/**
 * The reports a wedge types for `text` and Enter: used by the simulated reader and by tests. Throws for a character the
 * layout lacks.
 */
export function encodeKeyboardWedge(
  text: string,
  layout: LayoutName,
  terminator: 'enter' | 'tab' | 'keypad-enter' = 'enter',
): Buffer[] {
  const reports: Buffer[] = []
  const press = (modifiers: number, usage: number) => {
    reports.push(Buffer.from([modifiers, 0, usage, 0, 0, 0, 0, 0]), Buffer.alloc(8))
  }
  for (const character of text) {
    const keys = character === '\n' ? ([['plain', enter]] as const) : keysFor(layout, character)
    if (keys === null) throw new RangeError('the layout has no such character')
    for (const [map, usage] of keys) press(map === 'plain' ? 0 : map === 'shift' ? 0x02 : altGrMask, usage)
  }
  press(0, { enter, tab, 'keypad-enter': keypadEnter }[terminator])
  return reports
}
