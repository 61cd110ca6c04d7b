export { unwrap, wipe, wrap, type WrapKey } from './keystore-wrap.ts'
export { defaultPinCost, unwrapOpeningKey, wrapOpeningKey, type PinCost, type WrappedOpeningKey } from './opening-key.ts'
export { newSigningKey, unwrapUnattendedKeys, wrapUnattendedKeys, type UnattendedKeys, type WrappedUnattendedKeys } from './unattended-keys.ts'
