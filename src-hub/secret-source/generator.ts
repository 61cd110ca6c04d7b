/** Generated secrets: no look-alikes, and nothing but printable ASCII, which every code page of a slip has. */
import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { SecretKind } from '../../src-shared/domain/index.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'

/** Pairs that people confuse on paper. */
const lookAlikes = /[0OoQ1lI|!5S8B]/
const readable = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPRTUVWXYZ234679'
const least = { password: 60, 'activation-code': 40 } as const

const Shape = z
  .strictObject({
    /** Characters without the hyphens between groups. */
    length: z.number().int().min(8).max(64),
    /** Characters between two hyphens; 0 puts none. */
    group: z.number().int().min(0).max(16),
    alphabet: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .refine((text) => new Set(text).size === text.length && text.length >= 16 && !text.includes('-')),
    /** Institutions whose alphabet must have them say so. */
    allowLookAlikes: z.boolean().default(false),
  })
  .refine((shape) => shape.allowLookAlikes || !lookAlikes.test(shape.alphabet), { path: ['alphabet'] })

const bits = (shape: { length: number; alphabet: string }) => shape.length * Math.log2(shape.alphabet.length)

/** Shapes of both kinds; one that could be guessed is refused. */
export const GeneratorSettings = z
  .strictObject({
    password: Shape.default({ length: 16, group: 4, alphabet: readable, allowLookAlikes: false }),
    'activation-code': Shape.default({
      length: 12,
      group: 4,
      alphabet: 'ACDEFGHJKLMNPRTUVWXYZ234679',
      allowLookAlikes: false,
    }),
  })
  .refine((settings) => bits(settings.password) >= least.password, { path: ['password'] })
  .refine((settings) => bits(settings['activation-code']) >= least['activation-code'], { path: ['activation-code'] })
export type GeneratorSettings = z.infer<typeof GeneratorSettings>

const usual = GeneratorSettings.parse({})

/** Classes that directories count: small letters, capitals, digits, anything else. */
const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9-]/] as const

/** Classes of which Active Directory's rule of complexity, and many another directory's, asks at least three. */
const classesAsked = 3

/**
 * Whether every secret of this shape meets a rule that counts classes: it has each class that its alphabet offers, and
 * hyphens between groups count as anything else.
 */
export function isComplex({ length, group, alphabet }: GeneratorSettings[SecretKind]): boolean {
  const hyphens = group > 0 && length > group ? '-' : ''
  const offered = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(alphabet + hyphens))
  return offered.length >= classesAsked
}

function drawn({ length, group, alphabet }: GeneratorSettings[SecretKind]): Buffer {
  const secret = wipeable(length + (group === 0 ? 0 : Math.ceil(length / group) - 1))
  for (let i = 0; i < secret.length; i++)
    secret[i] = group > 0 && i % (group + 1) === group ? 0x2d : alphabet.charCodeAt(randomInt(alphabet.length))
  return secret
}

/** As `hasEveryClass`, of bytes: a secret is never a string here. */
function complete(secret: Buffer, alphabet: string): boolean {
  return classes.every(
    (one) => !one.test(alphabet) || secret.some((byte) => byte !== 0x2d && one.test(String.fromCharCode(byte))),
  )
}

/**
 * One secret, ASCII bytes in a Buffer of its own; the caller wipes it. By default 16 characters in four groups, about
 * 90 bits. It has one at least of each class of characters that the alphabet offers, as rules of complexity ask: what
 * does not is thrown away whole and drawn anew, so every secret that is left is as likely as any other.
 */
export function generateSecret(kind: SecretKind, settings: GeneratorSettings = usual): Buffer {
  const shape = settings[kind]
  for (;;) {
    const secret = drawn(shape)
    if (complete(secret, shape.alphabet)) return secret
    secret.fill(0)
  }
}
