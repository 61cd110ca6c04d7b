/**
 * The tests inside and the printers' command, a file each: an emulated processor takes seconds over a hundred small
 * ones.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

/** Paths from the project's root. Native packages stay packages, found from there. */
export async function bundleTests(project: string): Promise<{ entry: string; remove(): void }> {
  const folder = `out/hardware-${process.pid}`
  await build({
    root: project,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: join(project, folder),
      target: 'node24',
      sourcemap: 'inline',
      rolldownOptions: {
        external: ['better-sqlite3', 'node-hid', '@node-rs/argon2', 'serialport', 'koffi'],
        input: {
          main: join(project, 'test/hardware/guest/main.ts'),
          printers: join(project, 'src-main/printers/cli.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  return { entry: `${folder}/main.js`, remove: () => rmSync(join(project, folder), { recursive: true, force: true }) }
}
