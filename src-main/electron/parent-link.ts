/**
 * A development start is driven by the process that made it (the demo's tours, the end-to-end tests): frames go through
 * the same gate as the window's. A packaged kiosk has no such link.
 */
import { app } from 'electron'
import { createGate, type EngineSupervisor } from '../shell/index.ts'

export function connectStarter(supervisor: EngineSupervisor): void {
  if (process.send === undefined) return
  const tell = (message: unknown) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
  }
  const gate = createGate((frame, answer) => supervisor.call(frame, answer))
  process.on('message', (frame) => gate.receive(frame, tell))
  process.on('disconnect', () => app.quit())
  supervisor.onFrame((frame) => tell(frame.t === 'shell' ? { ...frame, pid: supervisor.pid() ?? null } : frame))
  tell({ ...supervisor.notice(), pid: supervisor.pid() ?? null })
}
