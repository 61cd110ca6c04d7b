/** Undoing compression: what Node can, and xz by the tool that was fetched with the kernel. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

/**
 * `root`: laid-out packages with xz and its libraries, run by their own loader, for the computer may have others or
 * none.
 */
function throughXz(root: string, data: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const libraries = [join(root, 'lib/x86_64-linux-gnu'), join(root, 'usr/lib/x86_64-linux-gnu')].join(':')
    const loader = libraries.split(':').map((folder) => join(folder, 'ld-linux-x86-64.so.2'))
    const file = loader.find((path) => existsSync(path))
    if (file === undefined) {
      reject(new Error('the packages hold no loader'))
      return
    }
    const child = spawn(file, ['--library-path', libraries, join(root, 'usr/bin/xz'), '-dc'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.once('error', reject)
    child.stdin.on('error', () => undefined)
    child.once('close', (code) =>
      code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error('xz data that does not unpack')),
    )
    child.stdin.end(data)
  })
}

/** By what the data itself says it is; throws for what is none of gzip, xz and zstd. */
export async function unpack(root: string, data: Buffer): Promise<Buffer> {
  const magic = data.toString('hex', 0, 6)
  if (magic.startsWith('1f8b')) return gunzipSync(data)
  if (magic.startsWith('28b52ffd')) return zstdDecompressSync(data)
  if (magic === 'fd377a585a00') return throughXz(root, data)
  throw new Error('an unknown compression')
}

/**
 * The ELF kernel inside a bzImage (Documentation/arch/x86/boot.rst: `setup_sects` at 0x1f1, `payload_offset` and
 * `payload_length` at 0x248), which boots by PVH seconds sooner than the compressed one under emulation.
 */
export async function kernelOf(root: string, image: Buffer): Promise<Buffer> {
  const start = ((image[0x1f1] ?? 0) + 1) * 512 + image.readUInt32LE(0x248)
  const length = image.readUInt32LE(0x24c)
  // The last four bytes are the unpacked length.
  const elf = await unpack(root, image.subarray(start, start + length - 4))
  if (elf.toString('latin1', 0, 4) !== '\x7fELF') throw new Error('no ELF kernel in the image')
  return elf
}
