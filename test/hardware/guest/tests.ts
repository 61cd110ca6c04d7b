import type { HardwareTest } from './hardware-test.ts'
import { printerTests } from './printer-tests.ts'
import { readerTests } from './reader-tests.ts'

export const hardwareTests: readonly HardwareTest[] = [...readerTests, ...printerTests]
