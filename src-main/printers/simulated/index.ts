export type { Strip } from './machine.ts'
export { slipPixels, slipPng } from './picture.ts'
export { startSimulatedPrinter, type Fault, type SimulatedPrinter, type SimulatedPrinterOptions, type TraySlip } from './server.ts'
