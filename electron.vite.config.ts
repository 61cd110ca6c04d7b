/**
 * One build for both shells: main-process entries, the preload as one CommonJS file (a sandboxed preload can load no
 * other), and the window.
 */
import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'
import { rendererConfig } from './src-renderer/vite.config.ts'

const here = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      outDir: here('out/main'),
      // Native modules cannot be bundled; the rest is, because one file loads several times faster than hundreds.
      externalizeDeps: false,
      minify: true,
      rolldownOptions: {
        external: ['electron', 'better-sqlite3', 'node-hid', '@node-rs/argon2', 'serialport'],
        input: {
          electron: here('src-main/electron/main.ts'),
          engine: here('src-main/engine/process.ts'),
          'page-thread': here('src-main/sync/pages/thread.ts'),
          browser: here('src-main/browser/main.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: here('out/preload'),
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: here('src-main/electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: rendererConfig,
})
