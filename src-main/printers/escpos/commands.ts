/**
 * ESC/POS commands that talk with the printer (Epson, "ESC/POS Command Reference"; layout commands come from the
 * library).
 */

/** DLE EOT n: real-time status, n = 1 printer, 2 offline cause, 3 error cause, 4 paper sensor. */
export const askStatus = (n: 1 | 2 | 3 | 4): Buffer => Buffer.from([0x10, 0x04, n])

/**
 * GS ( H fn 48: process-id response. The printer answers with the same four bytes once everything before it has been
 * printed. `id` is four bytes in 0x20-0x7E.
 */
export function askProcessId(id: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30]), id])
}

/** DLE DC4 fn 8: clears the receive and print buffers in real time; answered by `37 25 00`. */
export const clearBuffers = Buffer.from([0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08])

/** CAN and ESC @: ends a command or page that was cut off, and returns to the settings of power-on. */
export const forgetCommands = Buffer.from([0x18, 0x1b, 0x40])

/** GS I n: who it is. n = 65 firmware, 66 maker, 67 model; answered by `5F`, text, `00`. */
export const askIdentity = (n: 65 | 66 | 67): Buffer => Buffer.from([0x1d, 0x49, n])
