/** A supervisor over real forked processes of the fake engine, its timers five times as fast. */
import { fileURLToPath } from 'node:url'
import { createEngineSupervisor, forkEngine } from '../../src-main/shell/index.ts'
import type { ReplyFrame } from '../../src-shared/kiosk-api/contract.ts'
import type { ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import { ok } from '../../src-shared/failures/result.ts'

const entry = fileURLToPath(new URL('./fake-engine.ts', import.meta.url))

export function fakeEngine(behaviour: 'serve' | 'die' | 'fatal' | 'hang') {
  const pids: number[] = []
  const supervisor = createEngineSupervisor({
    spawn() {
      const child = forkEngine(entry)
      if (child.pid !== undefined) pids.push(child.pid)
      return child
    },
    keystore: { name: 'test', hardwareBacked: false, loadKey: () => Promise.resolve(ok(Buffer.alloc(32, 7))) },
    config: { behaviour },
    timers: {
      set(run, ms) {
        const timer = setTimeout(run, ms / 5)
        return () => clearTimeout(timer)
      },
    },
    monotonic: () => performance.now(),
    log: () => undefined,
  })
  const until = (engine: ShellNotice['engine']) =>
    new Promise<ShellNotice>((resolve) => {
      if (supervisor.notice().engine === engine) resolve(supervisor.notice())
      supervisor.onFrame((frame) => {
        if (frame.t === 'shell' && frame.engine === engine) resolve(frame)
      })
    })
  const call = () =>
    new Promise<ReplyFrame>((resolve) => supervisor.call({ t: 'call', id: 9, method: 'state', input: {} }, resolve))
  return { supervisor, pids, until, call }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
