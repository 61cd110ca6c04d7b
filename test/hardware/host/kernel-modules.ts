/** Kernel modules by name, with all that they need, in the order to load them. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ending = /\.ko(\.xz|\.zst|\.gz)?$/
/** A dash and an underscore are one letter in a module's name. */
const canonical = (name: string) => name.replaceAll('-', '_')

export interface KernelModule {
  readonly name: string
  /** The ELF object, unpacked. */
  readonly object: Buffer
}

/** Names in the object's `.modinfo` section: `depends=a,b`. */
function needs(object: Buffer): string[] {
  const at = object.indexOf('\0depends=', 0, 'latin1')
  if (at < 0) return []
  const from = at + '\0depends='.length
  return object.toString('latin1', from, object.indexOf(0, from)).split(',').filter(Boolean).map(canonical)
}

/**
 * `folder`: lib/modules/VERSION. `unpack` undoes a compression by its ending (`xz`). A module that the kernel has built
 * in is left out; one that it has not at all throws.
 */
export async function loadOrder(
  folder: string,
  wanted: readonly string[],
  unpack: (path: string, ending: string) => Promise<Buffer>,
): Promise<KernelModule[]> {
  const files = new Map<string, string>()
  for (const found of readdirSync(join(folder, 'kernel'), { recursive: true, withFileTypes: true }))
    if (ending.test(found.name))
      files.set(canonical(found.name.replace(ending, '')), join(found.parentPath, found.name))
  const builtIn = new Set(
    readFileSync(join(folder, 'modules.builtin'), 'utf8')
      .split('\n')
      .map((line) => canonical(basename(line).replace(ending, ''))),
  )
  const order = new Map<string, KernelModule>()
  async function add(name: string): Promise<void> {
    if (order.has(name) || builtIn.has(name)) return
    const path = files.get(name)
    if (path === undefined) throw new Error(`this kernel has no module ${name}`)
    const packed = ending.exec(path)?.[1]?.slice(1)
    const object = packed === undefined ? readFileSync(path) : await unpack(path, packed)
    for (const needed of needs(object)) await add(needed)
    order.set(name, { name, object })
  }
  for (const name of wanted) await add(canonical(name))
  return [...order.values()]
}
