/** Tells systemd that this process lives (sd_notify(3), `WATCHDOG=1`), where its unit asks for it. */
import { execFile } from 'node:child_process'

interface Parts {
  readonly env: NodeJS.ProcessEnv
  readonly timers: { set(run: () => void, ms: number): () => void }
  /** Runs `systemd-notify` with these arguments: Node has no datagram sockets of the Unix kind. */
  readonly notify?: (argument: string) => void
}

const run = (argument: string) => void execFile('systemd-notify', [argument], () => undefined)

/**
 * Beats twice in the time that the unit allows (`WATCHDOG_USEC`). Returns a function that stops; does nothing outside
 * such a unit.
 */
export function startWatchdog({ env, timers, notify = run }: Parts): () => void {
  const microseconds = Number(env['WATCHDOG_USEC'])
  if (env['NOTIFY_SOCKET'] === undefined || !Number.isFinite(microseconds) || microseconds <= 0) return () => undefined
  const ms = Math.max(500, microseconds / 2000)
  let cancel = () => undefined as void
  const beat = () => {
    notify('WATCHDOG=1')
    cancel = timers.set(beat, ms)
  }
  beat()
  return () => cancel()
}
