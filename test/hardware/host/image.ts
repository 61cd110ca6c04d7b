/** The machine's kernel and first file system, made of fetched packages and kept for the next run. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCpio, type CpioEntry } from './cpio.ts'
import { loadOrder } from './kernel-modules.ts'
import { findPackages, layOut } from './packages.ts'
import { kernelOf, unpack } from './unpack.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const initScript = fileURLToPath(new URL('../guest/init.sh', import.meta.url))

/** Loaded at start, in this order, with what they need. HID raw access is built in. */
const modules = [
  'virtio_pci',
  '9pnet_virtio',
  '9p',
  'xhci_pci',
  'hid',
  'hid_generic',
  'usbhid',
  'evdev',
  'uhid',
  'usblp',
  'libcomposite',
  'dummy_hcd',
  'usb_f_printer',
  'usb_f_hid',
]
/** Name conversions that libusb's USB strings go through. */
const conversions = ['gconv-modules', 'gconv-modules.d', 'UTF-16.so']

export interface Image {
  readonly kernel: string
  readonly initramfs: string
  /** Whether it had to be made. */
  readonly made: boolean
}

export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lodge/hardware')
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((found) =>
    found.isDirectory() ? [] : [join(found.parentPath, found.name)],
  )
}

/** Shared libraries as files under one folder, each under every name that it is asked for by. */
function libraryEntries(root: string): CpioEntry[] {
  const entries = new Map<string, CpioEntry>()
  for (const path of filesUnder(root)) {
    const name = basename(path)
    if (!/\.so(\.|$)/.test(name) || path.includes('/gconv/') || path.includes('/lib/modules/')) continue
    entries.set(name, {
      kind: 'file',
      path: `lib/x86_64-linux-gnu/${name}`,
      mode: 0o755,
      data: readFileSync(realpathSync(path)),
    })
  }
  for (const path of filesUnder(root)) {
    if (!path.includes('/gconv/') || !conversions.some((wanted) => path.includes(`/gconv/${wanted}`))) continue
    entries.set(`gconv ${path}`, {
      kind: 'file',
      path: `usr/lib/x86_64-linux-gnu/gconv/${path.split('/gconv/')[1] ?? ''}`,
      mode: 0o644,
      data: readFileSync(path),
    })
  }
  return [...entries.values()]
}

function withFolders(entries: readonly CpioEntry[], empty: readonly string[]): CpioEntry[] {
  const folders = new Set<string>()
  const add = (folder: string) => {
    if (folder === '.' || folder === '') return
    add(dirname(folder))
    folders.add(folder)
  }
  for (const folder of empty) add(folder)
  for (const entry of entries) add(dirname(entry.path))
  return [...[...folders].map((path): CpioEntry => ({ kind: 'folder', path })), ...entries]
}

async function make(root: string, folder: string): Promise<void> {
  const [busybox] = filesUnder(root).filter((path) => path.endsWith('/bin/busybox'))
  const [vmlinuz] = filesUnder(join(root, 'boot')).filter((path) => basename(path).startsWith('vmlinuz'))
  if (busybox === undefined || vmlinuz === undefined) throw new Error('the packages hold no busybox or no kernel')
  const moduleFolders = [join(root, 'lib/modules'), join(root, 'usr/lib/modules')].filter((path) => existsSync(path))
  const versions = moduleFolders.flatMap((path) => readdirSync(path).map((version) => join(path, version)))
  const [versionFolder] = versions
  if (versionFolder === undefined) throw new Error('the kernel package holds no modules')
  const image = readFileSync(vmlinuz)
  writeFileSync(join(folder, 'kernel'), await kernelOf(root, image))
  const loaded = await loadOrder(versionFolder, modules, (path) => unpack(root, readFileSync(path)))
  const files: CpioEntry[] = [
    { kind: 'file', path: 'init', mode: 0o755, data: readFileSync(initScript) },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, data: readFileSync(busybox) },
    { kind: 'link', path: 'bin/sh', to: 'busybox' },
    { kind: 'link', path: 'lib64/ld-linux-x86-64.so.2', to: '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
    { kind: 'characterDevice', path: 'dev/console', major: 5, minor: 1 },
    {
      kind: 'file',
      path: 'etc/passwd',
      mode: 0o644,
      data: Buffer.from('root:x:0:0::/root:/bin/sh\nkiosk:x:1000:1000::/tmp:/bin/sh\n'),
    },
    ...loaded.map(({ name, object }, i): CpioEntry => ({
      kind: 'file',
      path: `modules/${String(i).padStart(3, '0')}-${name}.ko`,
      mode: 0o644,
      data: object,
    })),
    ...libraryEntries(root),
  ]
  writeFileSync(
    join(folder, 'initramfs'),
    writeCpio(withFolders(files, ['proc', 'sys', 'tmp', 'project', 'results', 'root'])),
  )
}

/** Finds the image for the packages that apt would fetch today, or makes it. Throws Unavailable. */
export async function makeImage(say: (line: string) => void): Promise<Image> {
  const cache = cacheFolder()
  mkdirSync(cache, { recursive: true })
  const apt = await findPackages(cache)
  const digest = createHash('sha256').update(apt.packages.join())
  for (const path of [...filesUnder(here).sort(), initScript]) digest.update(readFileSync(path))
  const folder = join(cache, `image-${digest.digest('hex').slice(0, 16)}`)
  const image = { kernel: join(folder, 'kernel'), initramfs: join(folder, 'initramfs') }
  if (existsSync(folder)) return { ...image, made: false }
  say(`fetching ${apt.packages.length} Debian packages into ${cache}`)
  const work = mkdtempSync(join(cache, 'making-'))
  try {
    await layOut(apt, work, cache)
    const made = join(work, 'image')
    mkdirSync(made)
    await make(join(work, 'root'), made)
    // Older ones are of no more use.
    for (const name of readdirSync(cache))
      if (name.startsWith('image-')) rmSync(join(cache, name), { recursive: true, force: true })
    // Whole or not at all: a run that was stopped leaves nothing that looks like an image.
    renameSync(made, folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { ...image, made: true }
}
