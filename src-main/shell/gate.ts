/**
 * The one gate between a window and the engine, for both shells: size, shape, known method, valid input, how many at
 * once and how many a second. Who sent it is checked by the shell before, synchronously.
 */
import { CallFrame, findMethod, type ReplyFrame } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi } from '../../src-shared/kiosk-api/index.ts'
import { fail } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

export const maxFrameBytes = 64 * 1024
const maxOpenCalls = 32
const maxCallsPerSecond = 60
const maxParts = 2000
const maxDepth = 16

export interface Gate {
  /**
   * A frame as the window sent it, parsed as JSON or structured clone. `answer` is called once, or never for rubbish.
   */
  receive(raw: unknown, answer: (reply: ReplyFrame) => void): void
}

/**
 * Whether a value is plain data of a size that a call can have. Structured clone carries what JSON cannot (cycles,
 * maps, buffers, ten megabytes in one string): the walk stops at the first of them and never copies.
 */
export function isModest(value: unknown): boolean {
  let bytes = 0
  let parts = 0
  const modest = (part: unknown, depth: number): boolean => {
    parts += 1
    if (parts > maxParts || depth > maxDepth) return false
    switch (typeof part) {
      case 'string':
        bytes += part.length * 2
        return bytes <= maxFrameBytes
      case 'number':
      case 'boolean':
      case 'undefined':
        return true
      case 'object': {
        if (part === null) return true
        if (Array.isArray(part)) return part.length <= maxParts && part.every((item) => modest(item, depth + 1))
        const prototype: unknown = Object.getPrototypeOf(part)
        if (prototype !== Object.prototype && prototype !== null) return false
        for (const key of Object.keys(part)) {
          bytes += key.length * 2
          if (bytes > maxFrameBytes || !modest((part as Record<string, unknown>)[key], depth + 1)) return false
        }
        return true
      }
      case 'bigint':
      case 'symbol':
      case 'function':
        return false
    }
  }
  return modest(value, 0)
}

export function createGate(
  forward: (frame: CallFrame, answer: (reply: ReplyFrame) => void) => void,
  monotonic: () => number = () => performance.now(),
): Gate {
  let open = 0
  let second = 0
  let calls = 0

  function tooMany(): boolean {
    const now = Math.floor(monotonic() / 1000)
    calls = now === second ? calls + 1 : 1
    second = now
    return calls > maxCallsPerSecond || open >= maxOpenCalls
  }

  return {
    receive(raw, answer) {
      if (!isModest(raw)) return
      const frame = CallFrame.safeParse(raw)
      // Without an id there is nobody to answer.
      if (!frame.success) return
      const { id } = frame.data
      if (tooMany()) {
        answer({ t: 'reply', id, result: fail(failures.tooManyAtOnce) })
        return
      }
      const method = findMethod(kioskApi, frame.data.method)
      if (method === undefined) {
        answer({ t: 'reply', id, result: fail(failures.requestUnknown) })
        return
      }
      const input = method.input.safeParse(frame.data.input)
      if (!input.success) {
        answer({ t: 'reply', id, result: fail(failures.inputMalformed) })
        return
      }
      open += 1
      // What goes on is what the schema made of it: no field that it does not know.
      forward({ t: 'call', id, method: frame.data.method, input: input.data }, (reply) => {
        open -= 1
        answer(reply)
      })
    },
  }
}
