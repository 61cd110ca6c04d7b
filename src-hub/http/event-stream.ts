/**
 * One stream of server-sent events to a caller who may be slow, asleep or gone without a word. What it has not read is
 * bounded, and nothing is written behind the end: either would take the whole process along, and with it everybody
 * else.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface EventStream {
  /** Whole events, each with its blank line. Dropped once the stream has ended. */
  write(text: string): void
  end(): void
}

const keepAliveMs = 25_000
/**
 * Bytes that wait for a reader who does not read: then it is cut off. Polls and lists are the truth, and it may come
 * again.
 */
export const mostUnread = 128 * 1024

/** `gone` runs once, when the connection has ended, whoever ended it. */
export function openEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  headers: Readonly<Record<string, string>>,
  gone: () => void,
): EventStream {
  reply.hijack()
  const { raw } = reply
  // A socket that breaks under a write; its close is what counts.
  raw.on('error', () => undefined)
  raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  function write(text: string): void {
    if (raw.writableEnded || raw.destroyed) return
    raw.write(text)
    if (raw.writableLength > mostUnread) raw.destroy()
  }
  const alive = setInterval(() => write(':\n\n'), keepAliveMs)
  request.raw.on('close', () => {
    clearInterval(alive)
    gone()
  })
  return { write, end: () => void raw.end() }
}
