/** Resolves `electron` to the stand-in, for the main process under test. */
import { registerHooks } from 'node:module'

const standin = new URL('./index.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: standin, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
