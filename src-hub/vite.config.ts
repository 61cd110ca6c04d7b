/** Builds the hub into out/hub/main.js; its dependencies stay outside. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    ssr: fileURLToPath(new URL('./main.ts', import.meta.url)),
    outDir: fileURLToPath(new URL('../out/hub', import.meta.url)),
    emptyOutDir: true,
    target: 'node24',
    rolldownOptions: { output: { format: 'es', entryFileNames: '[name].js' } },
  },
})
