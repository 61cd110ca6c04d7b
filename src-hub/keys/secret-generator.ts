/** Generated one-time secrets: letters and digits without look-alikes, printable in every code page of a slip. */
import { randomInt } from 'node:crypto'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'

const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const groups = 4
const groupSize = 4

/** 16 characters in groups by hyphens: about 92 bits. ASCII bytes in a Buffer of its own; the caller wipes it. */
export function generateSecret(): Buffer {
  const secret = wipeable(groups * groupSize + groups - 1)
  for (let i = 0; i < secret.length; i++) secret[i] = i % (groupSize + 1) === groupSize ? 0x2d : alphabet.charCodeAt(randomInt(alphabet.length))
  return secret
}
