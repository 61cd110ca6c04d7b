import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReplyParser, type Reply } from '../../src-main/printers/index.ts'

const statusByte = fc.constantFrom(...Array.from({ length: 256 }, (_, i) => i).filter((b) => (b & 0x93) === 0x12))
const status = statusByte.map((byte) => ({ bytes: [byte], reply: { kind: 'status', byte } }))
const asb = fc
  .tuple(...[0x10, 0, 0, 0].map((fixed, i) => fc.nat(255).map((b) => (i === 0 ? (b & 0x6c) | fixed : b & 0x6f))))
  .map((bytes) => ({ bytes, reply: { kind: 'asb', bytes } as unknown as Reply }))
const processId = fc.array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 4, maxLength: 4 }).map((id) => ({
  bytes: [0x37, 0x22, ...id, 0],
  reply: { kind: 'process-id', id: Buffer.from(id).toString('latin1') },
}))
const cleared = fc.constant({ bytes: [0x37, 0x25, 0], reply: { kind: 'cleared' } })
const said = fc.array(fc.oneof(status, asb, processId, cleared), { maxLength: 30 })

function parse(bytes: readonly number[], cuts: readonly number[]): Reply[] {
  const parser = createReplyParser()
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).flatMap((end, i) => parser.push(Uint8Array.from(bytes.slice(at[i], end))))
}

test('every reply is told apart, in any order and cut anywhere', () => {
  fc.assert(
    fc.property(said, fc.array(fc.nat(), { maxLength: 20 }), (replies, cuts) => {
      expect(
        parse(
          replies.flatMap((r) => r.bytes),
          cuts,
        ),
      ).toEqual(replies.map((r) => r.reply))
    }),
    { numRuns: 500 },
  )
})

test('garbage never makes a confirmation that was not sent, and the parser comes back to its senses', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (garbage, cut) => {
      const wanted = 'Qx7!'
      const heard = parse([...garbage], [cut])
      const bytes = Buffer.from(garbage)
      for (const reply of heard)
        if (reply.kind === 'process-id')
          expect(
            bytes.includes(
              Buffer.concat([Buffer.from([0x37, 0x22]), Buffer.from(reply.id, 'latin1'), Buffer.from([0])]),
            ),
          ).toBe(true)
      const after = parse([...garbage, 0, 0, 0, 0, 0x37, 0x22, ...Buffer.from(wanted), 0], [])
      expect(after.at(-1)).toEqual({ kind: 'process-id', id: wanted })
    }),
    { numRuns: 500 },
  )
})

test('a stray header byte does not swallow the confirmation behind it', () => {
  expect(parse([0x37, 0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0], [])).toEqual([{ kind: 'process-id', id: 'ABCD' }])
})
