/** The cue of the moment: heard where sounds are on, and always written. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { createPlayer, type Cue } from '../cues/index.ts'
import { usePreferences } from './preferences.ts'

const shownMs = 3_500

export const useCues = defineStore('cues', () => {
  const preferences = usePreferences()
  const shown = shallowRef<Cue | null>(null)
  const play = createPlayer()
  let timer = 0

  function give(cue: Cue): void {
    if (preferences.sounds) play(cue)
    window.clearTimeout(timer)
    shown.value = cue
    timer = window.setTimeout(end, shownMs)
  }

  function end(): void {
    window.clearTimeout(timer)
    shown.value = null
  }

  return { shown, give, end }
})
