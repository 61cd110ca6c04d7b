/**
 * A typed client of the kiosk API over a supervisor, for tours and tests: through the same gate as any window, except
 * that a script calls quicker than people do, so each of its calls counts as made in a second of its own.
 */
import { createClient, type FrameLink } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi, type KioskClient } from '../../src-shared/kiosk-api/index.ts'
import { createGate } from './gate.ts'
import type { EngineSupervisor } from './supervisor.ts'

export function createEngineClient(supervisor: EngineSupervisor): { client: KioskClient; close: () => void } {
  let receive: (frame: unknown) => void = () => undefined
  let second = 0
  const gate = createGate(
    (frame, answer) => supervisor.call(frame, answer),
    () => ++second * 1000,
  )
  const off = supervisor.onFrame((frame) => receive(frame))
  const link: FrameLink = {
    send: (frame) => gate.receive(frame, (reply) => receive(reply)),
    onFrame(listener) {
      receive = listener
    },
  }
  const connection = createClient(kioskApi, link)
  return {
    client: connection.api,
    close() {
      off()
      connection.drop()
    },
  }
}
