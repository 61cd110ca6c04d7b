import type { HardwareTest } from './hardware-test.ts'
export const printerTests: readonly HardwareTest[] = []
