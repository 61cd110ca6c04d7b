/** One call of the C library that Node does not offer: `ioctl` with a number. */
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'

type Call = (fd: number, request: number, value: number) => number
let call: Call | null = null

export function ioctl(fd: number, request: number, value: number): void {
  if (call === null) {
    // A CommonJS package with a native part: found from the project, not from the bundle.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
    call = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, long value)')
  }
  if (call(fd, request, value) < 0) throw new Error(`ioctl ${request.toString(16)} was refused`)
}
