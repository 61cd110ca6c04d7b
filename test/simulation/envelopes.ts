/**
 * Envelopes and countersignatures whose seal is their word: bound as the real ones, and quick. The real ones have tests
 * of their own.
 */
import { createHash } from 'node:crypto'
import type { EnvelopeBinding, openEnvelope, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import type { isCountersigned, Succession } from '../../src-shared/protocol/opening-link.ts'

const label = ({ pickup, kiosk, epoch }: EnvelopeBinding) => [pickup, kiosk, epoch.incarnation, epoch.n].join('|')

/** What only a kiosk with somebody signed in writes here: an attacker of the simulation never calls it. */
export function vouch({ kiosk, from, to }: Succession): Buffer {
  return createHash('sha384').update(`vouched|${kiosk}|`).update(from).update(to).digest()
}

export const sealing: {
  readonly seal: typeof sealEnvelope
  readonly open: typeof openEnvelope
  readonly isCountersigned: typeof isCountersigned
} = {
  isCountersigned: (link) => Promise.resolve(vouch(link).equals(link.countersignature)),
  seal: (_publicKey, secret, binding) =>
    Promise.resolve(Buffer.from(JSON.stringify([label(binding), Buffer.from(secret).toString('utf8')]))),
  open(_privateKey, envelope, binding) {
    const [bound, secret] = JSON.parse(Buffer.from(envelope).toString('utf8')) as [string, string]
    return bound === label(binding) ? Promise.resolve(Buffer.from(secret)) : Promise.reject(new Error('does not open'))
  },
}
