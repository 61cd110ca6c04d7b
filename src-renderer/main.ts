import './zod-without-eval.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import './components/fonts.css'
import './components/tokens.css'
import './components/base.css'
import { makeI18n } from './i18n.ts'
import { findLink } from './link/find-link.ts'
import { useKiosk, usePreferences } from './stores/index.ts'
import { hold } from './touch.ts'

hold(document)
const app = createApp(App)
app.use(createPinia())
app.use(makeI18n())
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const contrast = window.matchMedia('(prefers-contrast: more)')
const look = () => ({ dark: dark.matches, contrast: contrast.matches })
usePreferences().recall(window.localStorage, look())
for (const query of [dark, contrast])
  query.addEventListener('change', () => {
    usePreferences().followSystem(look())
  })
useKiosk().join(findLink())
app.mount('#app')
