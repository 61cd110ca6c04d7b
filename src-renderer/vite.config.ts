/** Builds the window alone, into out/renderer. electron.vite.config.ts uses the same settings. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { localeFaults } from '../resources/locales/check.ts'

/** The shells send this policy as a header as well; in the page it also covers a window opened from a file. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Only in builds: the development server's hot reload writes inline styles. */
function policyInPage(): Plugin {
  return {
    name: 'lodge-policy-in-page',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' }],
  }
}

/** A missing or unused text ends the build. */
function wholeLocales(): Plugin {
  return {
    name: 'lodge-whole-locales',
    apply: 'build',
    buildStart() {
      const faults = localeFaults()
      if (faults.length > 0) this.error(faults.join('\n'))
    },
  }
}

export const rendererConfig = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue(), policyInPage(), wholeLocales()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  },
  build: {
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome130',
    // A data: font or picture would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Said here because electron-vite would leave the window as it is.
    minify: 'oxc',
    cssMinify: true,
    rolldownOptions: { input: fileURLToPath(new URL('./index.html', import.meta.url)) },
  },
} satisfies UserConfig

export default defineConfig(rendererConfig)
