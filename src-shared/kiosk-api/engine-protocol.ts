/**
 * Between a shell and its engine process: one first message with the configuration and the key-encryption key (never by
 * environment or arguments, docs/architecture.md#security), then frames of the kiosk API both ways.
 */
import { z } from 'zod'
import { CallFrame, EventFrame, ReplyFrame } from './contract.ts'
import { FailureView } from './index.ts'

export const ToEngine = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('init'),
    /** The desk's settings as read from their file; the engine validates them. */
    config: z.unknown(),
    keyEncryptionKey: z.custom<Uint8Array>((key) => key instanceof Uint8Array && key.length === 32),
    keystore: z.object({ name: z.string(), hardwareBacked: z.boolean() }),
  }),
  CallFrame,
  z.object({ t: z.literal('stop') }),
])
export type ToEngine = z.infer<typeof ToEngine>

export const FromEngine = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  /** The engine cannot serve, and starting it again would not help: shown, not retried in a loop. */
  z.object({ t: z.literal('fatal'), failure: FailureView }),
  ReplyFrame,
  EventFrame,
  z.object({ t: z.literal('heartbeat') }),
])
export type FromEngine = z.infer<typeof FromEngine>

/** Exit code after `fatal`. */
export const fatalExit = 3
export const heartbeatMs = 1000
