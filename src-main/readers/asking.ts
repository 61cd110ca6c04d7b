/** Asks a pcProx what lies on it, again and again, and hands each look to the decoder. */
import { pcproxAnswer, pcproxCommands, pcproxQuestion, pcproxReportSize } from './decoders/pcprox.ts'
import type { HidHandle } from './port.ts'

async function ask(handle: HidHandle, command: number): Promise<Buffer | null> {
  await handle.sendFeatureReport(pcproxQuestion(command))
  return pcproxAnswer(await handle.getFeatureReport(0, pcproxReportSize + 1))
}

export interface Asking {
  stop(): void
}

/** `unknown` is told of each answer that is none; `failed` once, when the reader no longer answers. */
export function startAsking(
  handle: HidHandle,
  everyMs: number,
  timers: { set(run: () => void, ms: number): () => void },
  look: (answers: Buffer) => void,
  unknown: () => void,
  failed: (error: unknown) => void,
): Asking {
  let stopped = false
  let cancel: () => void = () => undefined

  async function round(): Promise<void> {
    const card = await ask(handle, pcproxCommands.card)
    const bits = card === null ? null : await ask(handle, pcproxCommands.bits)
    if (stopped) return
    if (card !== null && bits !== null) look(Buffer.concat([card, bits]))
    else unknown()
  }
  function next(): void {
    round().then(
      () => {
        if (!stopped) cancel = timers.set(next, everyMs)
      },
      (error: unknown) => {
        if (stopped) return
        stopped = true
        failed(error)
      },
    )
  }
  next()
  return {
    stop() {
      stopped = true
      cancel()
    },
  }
}
