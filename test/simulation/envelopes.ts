/** Envelopes whose seal is their word: bound as the real ones to pickup, kiosk and epoch, and quick. The real ones have tests of their own. */
import type { EnvelopeBinding, openEnvelope, sealEnvelope } from '../../src-shared/protocol/envelope.ts'

const label = ({ pickup, kiosk, epoch }: EnvelopeBinding) => [pickup, kiosk, epoch.incarnation, epoch.n].join('|')

export const sealing: { readonly seal: typeof sealEnvelope; readonly open: typeof openEnvelope } = {
  seal: (_publicKey, secret, binding) =>
    Promise.resolve(Buffer.from(JSON.stringify([label(binding), Buffer.from(secret).toString('utf8')]))),
  open(_privateKey, envelope, binding) {
    const [bound, secret] = JSON.parse(Buffer.from(envelope).toString('utf8')) as [string, string]
    return bound === label(binding) ? Promise.resolve(Buffer.from(secret)) : Promise.reject(new Error('does not open'))
  },
}
