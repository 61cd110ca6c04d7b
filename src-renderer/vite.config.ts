/** Builds the window alone, into out/renderer. electron.vite.config.ts uses the same settings. */
import { readFileSync } from 'node:fs'
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
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
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

/**
 * The window checks what it is sent; it never describes its schemas as JSON Schema. What zod has for that hangs on
 * every schema, so it would ship: in its place stand functions of the same names that say so.
 */
function withoutJsonSchema(): Plugin {
  return {
    name: 'lodge-without-json-schema',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!/[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/.test(id)) return null
      const names = [...readFileSync(id, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)].map(
        ([, name]) => name ?? '',
      )
      const absent = `const absent = () => { throw new Error('no JSON Schema in the window') }\n`
      // `create…Method` is called for every schema and makes such a function.
      return (
        absent +
        names
          .map((name) => `export const ${name} = ${name.startsWith('create') ? '() => absent' : 'absent'}`)
          .join('\n')
      )
    },
  }
}

/**
 * Nobody at a desk meets what only an administrator at the hub does: the codes are known here, and any that comes all
 * the same is told in one general text.
 */
function withoutAdministration(): Plugin {
  const text = {
    fi: ['Keskuspalvelin ei hyväksynyt tätä.', 'Kerro virhekoodi helpdeskille.'],
    sv: ['Centralservern godtog inte detta.', 'Uppge felkoden för helpdesk.'],
    en: ['The hub did not accept this.', 'Tell the error code to the helpdesk.'],
  }
  return {
    name: 'lodge-without-administration',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!/[\\/]administration-texts\.ts$/.test(id)) return null
      const codes = readFileSync(id, 'utf8').matchAll(/^ {2}'(L-\d{3})'/gm)
      const entries = [...codes].map(([, code]) => `'${code ?? ''}': text`)
      return `const text = ${JSON.stringify(text)}\nexport const administrationTexts = { ${entries.join(', ')} }`
    },
  }
}

export const rendererConfig = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue(), policyInPage(), wholeLocales(), withoutJsonSchema(), withoutAdministration()],
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
