export { createDevice, type Device, type DeviceOptions, type Fault, type TraySlip } from './device.ts'
export type { Strip } from './marks.ts'
export { slipPixels, slipPng } from './picture.ts'
export { startSimulatedPrinter, type SimulatedPrinter, type SimulatedPrinterOptions } from './server.ts'
