/**
 * An engine process that does what its configuration's `behaviour` says: serves, refuses to start, dies at once, or
 * hangs.
 */
import { ToEngine, type FromEngine } from '../../src-shared/kiosk-api/engine-protocol.ts'

const say = (message: FromEngine) => void process.send?.(message)

process.on('disconnect', () => process.exit(0))
process.on('message', (raw) => {
  const message = ToEngine.parse(raw)
  if (message.t === 'stop') process.exit(0)
  if (message.t === 'call') {
    say({ t: 'reply', id: message.id, result: { ok: true, value: process.pid } })
    return
  }
  const { behaviour } = message.config as { behaviour: string }
  if (behaviour === 'die') process.exit(1)
  if (behaviour === 'fatal') {
    say({ t: 'fatal', failure: { code: 'L-801' } })
    setTimeout(() => process.exit(3), 20)
    return
  }
  say({ t: 'ready' })
  if (behaviour !== 'hang') setInterval(() => say({ t: 'heartbeat' }), 50)
})
