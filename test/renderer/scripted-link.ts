/**
 * A link to a scripted engine in the same process: frames go through JSON and the contract's own `answer`, as on a
 * wire.
 */
import { answer, CallFrame } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi, type KioskHandlers, type KioskState, type ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import { fail } from '../../src-shared/failures/result.ts'
import type { KioskLink, LinkState } from '../../src-renderer/link/index.ts'

export interface ScriptedLink extends KioskLink {
  readonly calls: string[]
  push(state: KioskState): void
  shell(notice: Omit<ShellNotice, 't'>): void
  become(state: LinkState): void
  /** While deaf, calls are taken and never answered. */
  deaf: boolean
}

export function createScriptedLink(handlers: Partial<KioskHandlers>): ScriptedLink {
  let receive: (frame: unknown) => void = () => undefined
  let watch: (state: LinkState) => void = () => undefined
  const calls: string[] = []
  const unscripted = Object.fromEntries(
    Object.keys(kioskApi.methods).map((name) => [name, () => fail('L-902')]),
  ) as unknown as KioskHandlers
  const wire = (frame: unknown) => {
    receive(JSON.parse(JSON.stringify(frame)))
  }
  const link: ScriptedLink = {
    calls,
    deaf: false,
    send(frame) {
      const call = CallFrame.parse(JSON.parse(JSON.stringify(frame)))
      if (call.method !== 'state') calls.push(`${call.method} ${JSON.stringify(call.input)}`)
      if (link.deaf) return
      void answer(kioskApi, { ...unscripted, ...handlers }, call, (_method, error) => {
        throw error
      }).then(wire)
    },
    onFrame(receiver) {
      receive = receiver
    },
    onState(watcher) {
      watch = watcher
    },
    retryEngine() {
      calls.push('retryEngine')
    },
    start() {
      watch('up')
    },
    stop() {
      watch('lost')
    },
    push(state) {
      wire({ t: 'event', name: 'state', payload: state })
    },
    shell(notice) {
      wire({ t: 'shell', ...notice })
    },
    become(state) {
      watch(state)
    },
  }
  return link
}
