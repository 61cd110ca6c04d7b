/**
 * How the window looks and sounds: language, theme, text size, cues. Staff's choice stays at this kiosk; a visitor's
 * ends with the visit. Nothing here is about a person.
 */
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { Language } from '../../src-shared/domain/index.ts'

export const themes = ['system', 'light', 'dark', 'contrast'] as const
/** `system`: as the computer is set. `contrast`: the highest contrast, for people who need it. */
export type Theme = (typeof themes)[number]
export const textSizes = [1, 1.5, 2] as const
export type TextSize = (typeof textSizes)[number]

/** Where preferences are remembered; the browser's localStorage in the page. */
export interface Memory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** What the computer itself asks for (`prefers-color-scheme`, `prefers-contrast`). */
export interface SystemLook {
  readonly dark: boolean
  readonly contrast: boolean
}

export const usePreferences = defineStore('preferences', () => {
  let memory: Memory | null = null
  const kept = reactive<{ language: Language; theme: Theme; textSize: TextSize; sounds: boolean }>({
    language: 'fi',
    theme: 'system',
    textSize: 1,
    sounds: true,
  })
  /** A visitor's choice of language; ends with the visit. */
  const passing = ref<Language | null>(null)
  /** The recipient's own on record, from their arrival on: whoever has chosen another is not overruled. */
  const greeted = ref<Language | null>(null)
  const passingTheme = ref<Theme | null>(null)
  const passingTextSize = ref<TextSize | null>(null)
  const system = ref<SystemLook>({ dark: false, contrast: false })
  const language = computed<Language>(() => passing.value ?? greeted.value ?? kept.language)
  const theme = computed<Theme>(() => passingTheme.value ?? kept.theme)
  const textSize = computed<TextSize>(() => passingTextSize.value ?? kept.textSize)
  const sounds = computed(() => kept.sounds)
  /** The theme as drawn. */
  const drawn = computed<Exclude<Theme, 'system'>>(() => {
    if (theme.value !== 'system') return theme.value
    return system.value.contrast ? 'contrast' : system.value.dark ? 'dark' : 'light'
  })
  /** True while something differs from what the kiosk keeps. */
  const visiting = computed(() => [passing, greeted, passingTheme, passingTextSize].some(({ value }) => value !== null))

  /** Takes up what was remembered. */
  function recall(from: Memory, look: SystemLook): void {
    memory = from
    system.value = look
    const known = Language.safeParse(from.getItem('lodge.language'))
    if (known.success) kept.language = known.data
    kept.theme = themes.find((each) => each === from.getItem('lodge.theme')) ?? 'system'
    kept.textSize = textSizes.find((size) => String(size) === from.getItem('lodge.text-size')) ?? 1
    kept.sounds = from.getItem('lodge.sounds') !== 'off'
  }

  function followSystem(look: SystemLook): void {
    system.value = look
  }

  function choose(chosen: Language, staff: boolean): void {
    passing.value = staff ? null : chosen
    if (!staff) return
    kept.language = chosen
    memory?.setItem('lodge.language', chosen)
  }

  function setTheme(chosen: Theme, staff: boolean): void {
    passingTheme.value = staff ? null : chosen
    if (!staff) return
    kept.theme = chosen
    memory?.setItem('lodge.theme', chosen)
  }

  function setTextSize(chosen: TextSize, staff: boolean): void {
    passingTextSize.value = staff ? null : chosen
    if (!staff) return
    kept.textSize = chosen
    memory?.setItem('lodge.text-size', String(chosen))
  }

  /** The desk's, whoever sets it. */
  function setSounds(on: boolean): void {
    kept.sounds = on
    memory?.setItem('lodge.sounds', on ? 'on' : 'off')
  }

  /** The visitor has gone: everything is as the desk keeps it. */
  function endVisit(): void {
    passing.value = null
    greeted.value = null
    passingTheme.value = null
    passingTextSize.value = null
  }

  return {
    language,
    passing,
    greeted,
    theme,
    drawn,
    textSize,
    sounds,
    visiting,
    recall,
    followSystem,
    choose,
    setTheme,
    setTextSize,
    setSounds,
    endVisit,
  }
})
