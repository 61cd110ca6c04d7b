/** Debian packages, fetched by apt as anyone may, and laid out in a folder of ours: nothing is installed. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'
import { Unavailable } from './unavailable.ts'

const kernel = 'linux-image-amd64'
const programs = ['busybox-static']
/** What Node and node-hid link against, and xz for what the kernel is packed with; these bring their own. */
const libraries = ['libstdc++6', 'libudev1', 'libusb-1.0-0', 'xz-utils']
const fetchMs = 150_000

export interface Apt {
  /** Options that every call of apt takes: none, or lists of our own. */
  readonly options: readonly string[]
  /** `name=version`, all that is laid out. */
  readonly packages: readonly string[]
}

const dependsOnly = [
  '--no-recommends',
  '--no-suggests',
  '--no-conflicts',
  '--no-breaks',
  '--no-replaces',
  '--no-enhances',
]

async function names(options: readonly string[]): Promise<string[] | null> {
  const image = await runTool('apt-cache', [...options, 'depends', kernel])
  const version = /Depends: (linux-image-\S+)/.exec(image.out)?.[1]
  const all = await runTool('apt-cache', [...options, 'depends', '--recurse', ...dependsOnly, ...libraries])
  if (version === undefined || !all.ok) return null
  // Names stand at the line's start; `<...>` is a virtual package.
  return [...new Set([version, ...programs, ...all.out.split('\n').filter((line) => /^[a-z0-9]/.test(line))])].sort()
}

async function versions(options: readonly string[]): Promise<string[] | null> {
  const list = await names(options)
  if (list === null) return null
  const policy = await runTool('apt-cache', [...options, 'policy', ...list])
  const packages: string[] = []
  let name: string | null = null
  for (const line of policy.out.split('\n')) {
    const heading = /^(\S+):$/.exec(line)
    if (heading !== null) name = heading[1] ?? null
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1]
    if (candidate === undefined || candidate === '(none)' || name === null) continue
    packages.push(`${name}=${candidate}`)
  }
  return packages.length === 0 ? null : packages
}

/** Lists of our own, for a computer whose own are empty or old and not ours to renew. */
function ownLists(folder: string): string[] {
  mkdirSync(join(folder, 'lists/partial'), { recursive: true })
  mkdirSync(join(folder, 'archives/partial'), { recursive: true })
  return [
    '-o',
    `Dir::State::lists=${join(folder, 'lists')}`,
    '-o',
    `Dir::Cache=${folder}`,
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'APT::Sandbox::User=',
  ]
}

/** Asks apt which versions it would fetch; renews lists of our own where it knows of no kernel. Throws Unavailable. */
export async function findPackages(cache: string): Promise<Apt> {
  if (!(await runTool('apt-cache', ['--version'])).ok)
    throw new Unavailable('apt is not here: the kernel comes from a Debian package')
  const known = await versions([])
  if (known !== null) return { options: [], packages: known }
  const options = ownLists(join(cache, 'apt'))
  const updated = await runTool('apt-get', [...options, 'update'], { ms: fetchMs })
  const found = await versions(options)
  if (found === null) throw new Unavailable(`apt knows of no ${kernel}${updated.ok ? '' : `: ${updated.why}`}`)
  return { options, packages: found }
}

/** Fetches the packages and lays them out in `folder`. Throws Unavailable when they cannot be fetched. */
export async function layOut({ options, packages }: Apt, folder: string, cache: string): Promise<void> {
  const debs = join(folder, 'debs')
  mkdirSync(debs, { recursive: true })
  let fetched = await runTool('apt-get', [...options, '-o', 'APT::Sandbox::User=', 'download', ...packages], {
    cwd: debs,
    ms: fetchMs,
  })
  if (!fetched.ok && options.length === 0) {
    // Lists of some days ago name versions that are no longer served.
    const own = ownLists(join(cache, 'apt'))
    await runTool('apt-get', [...own, 'update'], { ms: fetchMs })
    fetched = await runTool('apt-get', [...own, 'download', ...packages.map((name) => name.split('=')[0] ?? name)], {
      cwd: debs,
      ms: fetchMs,
    })
  }
  if (!fetched.ok) throw new Unavailable(`the packages cannot be fetched: ${fetched.why}`)
  for (const deb of readdirSync(debs)) {
    const laid = await runTool('dpkg-deb', ['-x', join(debs, deb), join(folder, 'root')], { ms: 120_000 })
    if (!laid.ok) throw new Unavailable(`${deb} does not unpack: ${laid.why}`)
  }
  rmSync(debs, { recursive: true, force: true })
}
