/** Memory sticks: folders that the system has mounted for a person. A port, so that tests bring their own. */
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { basename } from 'node:path'

export interface Stick {
  /** Its folder; also its id. */
  readonly path: string
  readonly name: string
  readonly freeBytes: number
}

export interface Sticks {
  list(): Promise<readonly Stick[]>
}

/** Where Linux desktops and udisks mount what a person plugs in. */
const places = /^\/(media|run\/media)\//

/** `\040` and the like, as the kernel writes blanks in `/proc/self/mounts`. */
const plain = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** Mount points in the kernel's list that are a person's sticks. */
export function mountedSticks(mounts: string): string[] {
  return mounts
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .map(plain)
    .filter((path) => places.test(path))
}

export const linuxSticks: Sticks = {
  async list() {
    let mounts = ''
    try {
      mounts = readFileSync('/proc/self/mounts', 'utf8')
    } catch {
      // No Linux: none is found, and the screen says so.
    }
    const found: Stick[] = []
    for (const path of mountedSticks(mounts)) {
      try {
        const { bavail, bsize } = await statfs(path)
        found.push({ path, name: basename(path), freeBytes: bavail * bsize })
      } catch {
        // Pulled out meanwhile.
      }
    }
    return found
  },
}
