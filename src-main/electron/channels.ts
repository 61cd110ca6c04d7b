/** Names of the fixed IPC channels: one for each method of the contract, and one back. */
import type { KioskMethod } from '../../src-shared/kiosk-api/methods.ts'

export const callChannel = (method: KioskMethod) => `lodge:call:${method}`
export const retryChannel = 'lodge:retry'
export const eventChannel = 'lodge:event'
