/**
 * The engine as it is shipped, one bundled file, and its twin with mines, built alike: a run starts several of them.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Engines {
  readonly plain: string
  readonly mined: string
  remove(): void
}

export async function buildEngines(): Promise<Engines> {
  // Inside the project, where native modules are found.
  const folder = join(root, `out/faults-${process.pid}`)
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      minify: true,
      rolldownOptions: {
        external: ['better-sqlite3', 'node-hid', '@node-rs/argon2', 'serialport', 'koffi'],
        input: { plain: join(root, 'src-main/engine/process.ts'), mined: join(root, 'test/faults/mined-engine.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  return {
    plain: join(folder, 'plain.js'),
    mined: join(folder, 'mined.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
