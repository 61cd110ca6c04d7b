export { calibratePinCost, leastPinCost, signInTargetMs } from './calibrate.ts'
export { unwrap, wipe, wrap, wrapInto, wrapOverhead, type WrapKey } from './keystore-wrap.ts'
export { openShare, protectPublic, readPublic, sealShare } from './opening-shares.ts'
export {
  defaultPinCost,
  timePinGuess,
  unwrapUnderPin,
  wrapUnderPin,
  type PinCost,
  type PinWrapped,
} from './pin-wrap.ts'
export { makeResumeKey, putToRest, wake, type ResumeKey, type Resting } from './resume.ts'
export {
  newSigningKey,
  unwrapUnattendedKeys,
  wrapUnattendedKeys,
  type UnattendedKeys,
  type WrappedUnattendedKeys,
} from './unattended-keys.ts'
export { isPair, isVouched, openRoot, rootKeyOf, sealRoot, vouchFor, type KeyOf, type Root } from './vouching.ts'
