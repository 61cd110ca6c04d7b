/** How the console looks: language and theme, kept in this browser. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { Language } from '../../../src-shared/domain/index.ts'

export const themes = ['light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** Where choices are kept; the browser's localStorage in the page. */
export interface Memory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export const useLook = defineStore('look', () => {
  let memory: Memory | null = null
  const language = ref<Language>('fi')
  const theme = ref<Theme>('light')

  /** What was chosen before; else the browser's own wish. */
  function recall(from: Memory, system: Theme, wished: readonly string[]): void {
    memory = from
    const kept = Language.safeParse(from.getItem('lodge.console.language'))
    const asked = wished.map((tag) => Language.safeParse(tag.slice(0, 2).toLowerCase())).find(({ success }) => success)
    language.value = kept.success ? kept.data : (asked?.data ?? 'fi')
    theme.value = themes.find((each) => each === from.getItem('lodge.console.theme')) ?? system
  }

  function speak(chosen: Language): void {
    language.value = chosen
    memory?.setItem('lodge.console.language', chosen)
  }

  function wear(chosen: Theme): void {
    theme.value = chosen
    memory?.setItem('lodge.console.theme', chosen)
  }

  return { language, theme, recall, speak, wear }
})
