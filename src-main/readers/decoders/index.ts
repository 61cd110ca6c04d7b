/** The decoder that a rule of the allow-list names, with its settings. */
import type { ReaderRule } from '../config.ts'
import type { Decoder } from './decoder.ts'
import { createDocumentDecoder, joinMrzLines } from './document.ts'
import { createHidPosDecoder } from './hid-pos.ts'
import { createKeyboardWedgeDecoder } from './keyboard-wedge.ts'
import { createMagneticStripeDecoder } from './magnetic-stripe.ts'
import { createPcproxDecoder } from './pcprox.ts'

export function createDecoder(
  rule: Pick<ReaderRule, 'decoder' | 'layout' | 'posLayout' | 'track' | 'report'>,
): Decoder {
  switch (rule.decoder) {
    case 'hid-pos':
      return joinMrzLines(createHidPosDecoder(rule.posLayout))
    case 'keyboard-wedge':
      return joinMrzLines(createKeyboardWedgeDecoder(rule.layout))
    case 'magnetic-stripe':
      return createMagneticStripeDecoder({ track: rule.track })
    case 'pcprox':
      return createPcproxDecoder()
    case 'document':
      return createDocumentDecoder(rule.report)
  }
}
