/**
 * An archive that Linux unpacks as its first file system: cpio, "newc" format
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
const type = { file: 0o100000, folder: 0o040000, link: 0o120000, characterDevice: 0o020000 } as const

export type CpioEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'characterDevice'; readonly path: string; readonly major: number; readonly minor: number }

const pad = (length: number) => Buffer.alloc((4 - (length % 4)) % 4)
const hex = (value: number) => value.toString(16).padStart(8, '0').toUpperCase()

function record(inode: number, path: string, mode: number, data: Uint8Array, major = 0, minor = 0): Buffer {
  const name = Buffer.from(`${path}\0`)
  // inode, mode, uid, gid, links, mtime, size, device, special device, name length, no checksum
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length, 0]
  const head = Buffer.concat([Buffer.from(`070701${fields.map(hex).join('')}`), name])
  return Buffer.concat([head, pad(head.length), data, pad(data.length)])
}

/** Paths are relative, folders before what lies in them. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const none = Buffer.alloc(0)
  const records = entries.map((entry, i) => {
    switch (entry.kind) {
      case 'folder':
        return record(i + 1, entry.path, type.folder | 0o755, none)
      case 'file':
        return record(i + 1, entry.path, type.file | entry.mode, entry.data)
      case 'link':
        return record(i + 1, entry.path, type.link | 0o777, Buffer.from(entry.to))
      case 'characterDevice':
        return record(i + 1, entry.path, type.characterDevice | 0o600, none, entry.major, entry.minor)
    }
  })
  return Buffer.concat([...records, record(0, 'TRAILER!!!', 0, none)])
}
