/** The characters of one scan as a keyboard wedge types them, dead keys and keypad codes joined. */
import * as failures from '../../../src-shared/failures/named.ts'
import { longestScan, type DecodedScan, type ReadRefusal } from './decoder.ts'
import { isDead, joinDead } from './layouts.ts'
import { payloadOf } from './payload.ts'
import { createTypedIdentifiers } from './typed-identifiers.ts'

export interface TypedText {
  add(character: string): void
  /** One digit of a number typed on the keypad while Alt is held. */
  keypad(digit: number): void
  /** Alt is let go: the number typed on the keypad is a character. Does nothing without such a number. */
  endCode(): void
  /** What has been typed, and what is still to come before the end, is no scan. */
  spoil(why: ReadRefusal): void
  /** Enter or Tab. */
  end(): { readonly scan: DecodedScan } | { readonly refused: ReadRefusal } | 'empty'
  /** What has been typed was never a scan, and no end of it is to come. */
  abandon(): void
  reset(): void
  readonly pending: () => boolean
  /** Nothing has come for as long as a read may take. */
  readonly paused: () => void
}

const typedControls: ReadonlySet<number> = new Set([0x04, 0x1d, 0x1e])

export function createTypedText(): TypedText {
  const identifiers = createTypedIdentifiers()
  let text = ''
  let spoiled: ReadRefusal | null = null
  let dead: string | null = null
  let code: number | null = null

  function reset(): void {
    text = ''
    spoiled = null
    dead = null
    code = null
  }

  function spoil(why: ReadRefusal): void {
    identifiers.saw(text)
    text = ''
    dead = null
    code = null
    spoiled ??= why
  }

  function add(character: string): void {
    if (spoiled !== null) return
    if (dead !== null) {
      const mark = dead
      dead = null
      text += joinDead(mark, character)
    } else if (isDead(character)) dead = character
    else text += character
    if (text.length > longestScan) spoil(failures.codeTooLong)
  }

  return {
    add,
    keypad(digit) {
      code = Math.min((code ?? 0) * 10 + digit, 0xffff)
    },
    endCode() {
      if (code === null) return
      const typed = code
      code = null
      if ((typed >= 0x20 && typed <= 0x7e) || typedControls.has(typed)) add(String.fromCharCode(typed))
      else spoil(failures.scanIncomplete)
    },
    spoil,
    end() {
      if (dead !== null) add(' ')
      identifiers.saw(text)
      const payload = spoiled === null ? payloadOf(text) : { refused: spoiled }
      reset()
      if (payload === 'empty' || 'refused' in payload) return payload
      return { scan: identifiers.of(payload.scan) }
    },
    abandon() {
      identifiers.saw(text)
      reset()
    },
    reset,
    pending: () => text !== '' || spoiled !== null || dead !== null || code !== null,
    paused: () => identifiers.paused(),
  }
}
