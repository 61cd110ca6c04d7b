/** How the window looks: language, theme and text size. Nothing here is about a person. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { Language } from '../../src-shared/domain.ts'

export type Theme = 'light' | 'dark'
export const textSizes = [1, 1.5, 2] as const
export type TextSize = (typeof textSizes)[number]

/** Where preferences are remembered; the browser's localStorage in the page. */
export interface Memory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export const usePreferences = defineStore('preferences', () => {
  let memory: Memory | null = null
  const kept = ref<Language>('fi')
  /** A visitor's choice, or the recipient's own language while their arrival is shown; ends with the visit. */
  const passing = ref<Language | null>(null)
  const theme = ref<Theme>('light')
  const textSize = ref<TextSize>(1)
  const language = computed<Language>(() => passing.value ?? kept.value)

  /** Takes up what was remembered. */
  function recall(from: Memory, prefersDark: boolean): void {
    memory = from
    const known = Language.safeParse(from.getItem('lodge.language'))
    if (known.success) kept.value = known.data
    const remembered = from.getItem('lodge.theme')
    theme.value = remembered === 'light' || remembered === 'dark' ? remembered : prefersDark ? 'dark' : 'light'
    textSize.value = textSizes.find((size) => String(size) === from.getItem('lodge.text-size')) ?? 1
  }

  /** Staff keep their choice at this kiosk; a visitor's ends with the visit. */
  function choose(chosen: Language, staff: boolean): void {
    if (staff) {
      kept.value = chosen
      passing.value = null
      memory?.setItem('lodge.language', chosen)
    } else {
      passing.value = chosen
    }
  }

  function setTheme(chosen: Theme): void {
    theme.value = chosen
    memory?.setItem('lodge.theme', chosen)
  }

  function nextTextSize(): void {
    textSize.value = textSizes[(textSizes.indexOf(textSize.value) + 1) % textSizes.length] ?? 1
    memory?.setItem('lodge.text-size', String(textSize.value))
  }

  return { language, passing, theme, textSize, recall, choose, setTheme, nextTextSize }
})
