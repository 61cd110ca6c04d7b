/**
 * One schema value per contract: handler types, client types, validation and test doubles are derived from it
 * (docs/architecture.md#rules-of-the-house, rule 4; after Mullvad's ipc-schema, with payload validation at both ends).
 */
import { z } from 'zod'
import { Count, FailureParams } from '../domain/bounds.ts'
import { isErrorCode, type ErrorCode, type ErrorParams } from '../failures/codes.ts'
import * as failures from '../failures/named.ts'
import { fail, type Failure, type Result } from '../failures/result.ts'

export interface Method {
  readonly kind: 'query' | 'command'
  readonly input: z.ZodType
  readonly output: z.ZodType
}

export interface Contract {
  readonly methods: Readonly<Record<string, Method>>
  readonly events: Readonly<Record<string, z.ZodType>>
}

export function query<I extends z.ZodType, O extends z.ZodType>(input: I, output: O) {
  return { kind: 'query', input, output } as const
}

export function command<I extends z.ZodType, O extends z.ZodType>(input: I, output: O) {
  return { kind: 'command', input, output } as const
}

export function defineContract<const C extends Contract>(contract: C): C {
  return contract
}

export type MethodName<C extends Contract> = keyof C['methods'] & string
export type EventName<C extends Contract> = keyof C['events'] & string
export type InputOf<C extends Contract, M extends MethodName<C>> = z.infer<C['methods'][M]['input']>
export type OutputOf<C extends Contract, M extends MethodName<C>> = z.infer<C['methods'][M]['output']>
export type PayloadOf<C extends Contract, E extends EventName<C>> = z.infer<C['events'][E]>

/** What the serving end implements: one function per method. */
export type HandlersOf<C extends Contract> = {
  readonly [M in MethodName<C>]: (input: InputOf<C, M>) => Promise<Result<OutputOf<C, M>>> | Result<OutputOf<C, M>>
}

/** What the calling end sees: named methods, and `on` for events. */
export type ClientOf<C extends Contract> = {
  readonly [M in MethodName<C>]: (input: InputOf<C, M>) => Promise<Result<OutputOf<C, M>>>
} & { on<E extends EventName<C>>(event: E, listener: (payload: PayloadOf<C, E>) => void): () => void }

export const CallFrame = z.object({
  t: z.literal('call'),
  id: Count,
  method: z.string().max(64),
  input: z.unknown(),
})
export type CallFrame = z.infer<typeof CallFrame>

const FailureSchema = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})
export const ReplyFrame = z.object({
  t: z.literal('reply'),
  id: Count,
  result: z.union([
    z.object({ ok: z.literal(true), value: z.unknown() }),
    z.object({ ok: z.literal(false), failure: FailureSchema }),
  ]),
})
export type ReplyFrame = z.infer<typeof ReplyFrame>
export const EventFrame = z.object({ t: z.literal('event'), name: z.string().max(64), payload: z.unknown() })
export type EventFrame = z.infer<typeof EventFrame>
export type Frame = CallFrame | ReplyFrame | EventFrame

/** One end of a connection that carries frames: a WebSocket, a process channel, a MessagePort. */
export interface FrameLink {
  send(frame: Frame): void
  /** Registers the only receiver. */
  onFrame(receive: (frame: unknown) => void): void
}

/** Own properties only: `constructor` and `__proto__` are not methods. */
export function findMethod(contract: Contract, name: string): Method | undefined {
  return Object.hasOwn(contract.methods, name) ? contract.methods[name] : undefined
}

/**
 * Answers one call frame: unknown methods and malformed input are refused with a code before any handler runs.
 * A handler that throws is a bug: it is reported to `onBug` and answered `L-901`, without its message.
 */
export async function answer<C extends Contract>(
  contract: C,
  handlers: HandlersOf<C>,
  frame: CallFrame,
  onBug: (method: string, error: unknown) => void,
): Promise<ReplyFrame> {
  const method = findMethod(contract, frame.method)
  if (method === undefined) return { t: 'reply', id: frame.id, result: fail(failures.requestUnknown) }
  const input = method.input.safeParse(frame.input)
  if (!input.success) return { t: 'reply', id: frame.id, result: fail(failures.inputMalformed) }
  try {
    const handler = handlers[frame.method as MethodName<C>] as (value: unknown) => Promise<Result<unknown>>
    const result = await handler(input.data)
    return { t: 'reply', id: frame.id, result: result.ok ? { ok: true, value: result.value ?? null } : result }
  } catch (error) {
    onBug(frame.method, error)
    return { t: 'reply', id: frame.id, result: fail(failures.bug) }
  }
}

export interface Client<C extends Contract> {
  readonly api: ClientOf<C>
  /** Answers every open call with `L-904` (the engine is away); used when the link breaks. */
  drop(): void
}

/**
 * Derives the typed client of a contract over a link. Replies and events are validated; a malformed one is dropped or
 * answered `L-905`.
 */
export function createClient<C extends Contract>(contract: C, link: FrameLink): Client<C> {
  let nextId = 1
  const open = new Map<number, { method: Method; settle: (result: Result<unknown>) => void }>()
  const listeners = new Map<string, Set<(payload: unknown) => void>>()

  link.onFrame((raw) => {
    const reply = ReplyFrame.safeParse(raw)
    if (reply.success) {
      const call = open.get(reply.data.id)
      if (call === undefined) return
      open.delete(reply.data.id)
      const result = reply.data.result
      if (!result.ok) {
        call.settle({ ok: false, failure: result.failure as Failure })
        return
      }
      const value = call.method.output.safeParse(result.value)
      call.settle(value.success ? { ok: true, value: value.data } : fail(failures.engineUnintelligible))
      return
    }
    const event = EventFrame.safeParse(raw)
    if (!event.success || !Object.hasOwn(contract.events, event.data.name)) return
    const payload = contract.events[event.data.name]?.safeParse(event.data.payload)
    if (payload?.success !== true) return
    for (const listener of listeners.get(event.data.name) ?? []) listener(payload.data)
  })

  const api: Record<string, unknown> = {
    on(event: string, listener: (payload: unknown) => void) {
      const set = listeners.get(event) ?? new Set()
      set.add(listener)
      listeners.set(event, set)
      return () => set.delete(listener)
    },
  }
  for (const [name, method] of Object.entries(contract.methods)) {
    api[name] = (input: unknown) =>
      new Promise<Result<unknown>>((resolve) => {
        const id = nextId++
        open.set(id, { method, settle: resolve })
        link.send({ t: 'call', id, method: name, input })
      })
  }
  return {
    api: api as ClientOf<C>,
    drop() {
      for (const call of open.values()) call.settle(fail(failures.engineRestarting))
      open.clear()
    },
  }
}

export type { ErrorParams }
