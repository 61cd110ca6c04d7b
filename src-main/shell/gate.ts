/**
 * The one gate between a window and the engine, for both shells: size, shape, known method, valid input, and how many at
 * once. Who sent it is checked by the shell before, synchronously.
 */
import { CallFrame, findMethod, type ReplyFrame } from '../../src-shared/contract.ts'
import { kioskApi } from '../../src-shared/kiosk-api.ts'
import { fail } from '../../src-shared/result.ts'

export const maxFrameBytes = 64 * 1024
const maxOpenCalls = 32

export interface Gate {
  /** A frame as the window sent it, parsed as JSON or structured clone. `answer` is called once, or never for rubbish. */
  receive(raw: unknown, answer: (reply: ReplyFrame) => void): void
}

export function createGate(forward: (frame: CallFrame, answer: (reply: ReplyFrame) => void) => void): Gate {
  let open = 0
  return {
    receive(raw, answer) {
      const frame = CallFrame.safeParse(raw)
      // Without an id there is nobody to answer.
      if (!frame.success) return
      const { id } = frame.data
      const method = findMethod(kioskApi, frame.data.method)
      if (method === undefined) {
        answer({ t: 'reply', id, result: fail('L-902') })
        return
      }
      const input = method.input.safeParse(frame.data.input)
      if (!input.success) {
        answer({ t: 'reply', id, result: fail('L-903') })
        return
      }
      if (open >= maxOpenCalls) {
        answer({ t: 'reply', id, result: fail('L-511') })
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
