import '../../src-renderer/zod-without-eval.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import '../../src-renderer/components/fonts.css'
import '../../src-renderer/components/tokens.css'
import '../../src-renderer/components/base.css'
import App from './App.vue'
import './components/console.css'
import { makeTexts } from './i18n.ts'
import { makeRouter } from './router.ts'
import { useLook } from './stores/index.ts'

const app = createApp(App)
app.use(createPinia())
app.use(makeTexts())
const asks = (query: string) => window.matchMedia(query).matches
useLook().recall(
  window.localStorage,
  asks('(prefers-contrast: more)') ? 'contrast' : asks('(prefers-color-scheme: dark)') ? 'dark' : 'light',
  navigator.languages,
)
app.use(makeRouter())
app.mount('#app')
