/** What the lockdown report may look at, as a port; the real one reads files and asks nothing of any program. */
import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'

export interface Finding {
  readonly what: string
  readonly state: 'holds' | 'missing' | 'cannot-tell'
  /** What was seen, short; never a secret. */
  readonly seen: string
  /** null when it holds. */
  readonly todo: string | null
}

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly uid: number | null
  readonly env: NodeJS.ProcessEnv
  readonly dataDir: string
  /** Path under /sys/fs/cgroup of this process. */
  readonly cgroup: string | null
  readonly read: (file: string) => string | null
  /** Permission bits of a file or folder, or null. */
  readonly mode: (path: string) => number | null
  readonly link: (path: string) => string | null
  /** `major:minor` of the block device that holds a path, or null. */
  readonly deviceOf: (path: string) => string | null
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

export function thisMachine(dataDir: string): Machine {
  const read = (file: string) => attempt(() => readFileSync(file, 'utf8'))
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    env: process.env,
    dataDir,
    cgroup: /^0::\/?(.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? null,
    read,
    mode: (path) => attempt(() => statSync(path).mode & 0o777),
    link: (path) => attempt(() => (lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null)),
    deviceOf(path) {
      const dev = attempt(() => statSync(path, { bigint: true }).dev)
      if (dev === null) return null
      // makedev(3): 12 bits of major, 20 of minor, in the low 32 bits.
      const major = Number((dev >> 8n) & 0xfffn)
      const minor = Number((dev & 0xffn) | ((dev >> 12n) & 0xfff00n))
      return major === 0 ? null : `${major}:${minor}`
    },
  }
}
