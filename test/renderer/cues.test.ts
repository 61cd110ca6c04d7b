import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { cueOf, cues } from '../../src-renderer/cues/index.ts'
import { tunes } from '../../src-renderer/cues/player.ts'
import { useCues } from '../../src-renderer/stores/index.ts'
import { scenes, sceneNames, type SceneName } from './scenes.ts'

const cue = (from: SceneName, to: SceneName, tapped = false) => cueOf(scenes[from], scenes[to], tapped)

beforeEach(() => {
  setActivePinia(createPinia())
})

describe('cues', () => {
  it('say what was scanned and what was not, and nothing of what a person tapped open', () => {
    expect(cue('idle', 'arrival')).toBe('accepted')
    expect(cue('idle', 'refused-recipient')).toBe('refused')
    expect(cue('idle', 'pin')).toBe('accepted')
    expect(cue('queue', 'verify-document')).toBe('accepted')
    expect(cue('queue', 'verify-scan', true)).toBeNull()
    expect(cue('verify-scan', 'verify-document')).toBe('accepted')
    expect(cue('verify-scan', 'verify-refused')).toBe('refused')
  })

  it('say that a slip is ready only when the printer said so, and call for a look when it did not', () => {
    expect(cue('printing', 'hand-over')).toBe('slip-ready')
    expect(cue('printing', 'hand-over-uncertain')).toBe('attention')
    expect(cue('queue', 'queue-unsettled')).toBe('attention')
    expect(cue('verify-document', 'verify-paper-out')).not.toBe('slip-ready')
    // A call rings each time by itself, so that its state alone does not ring once more.
    expect(cue('queue', 'queue-call')).toBeNull()
    expect(cue('hand-over', 'done')).toBe('done')
    expect(cue('verify-scan', 'done-no-slip')).toBeNull()
  })

  it('are silent at the start and when nothing changes', () => {
    for (const name of sceneNames) {
      expect(cueOf(null, scenes[name], false), name).toBeNull()
      expect(cue(name, name), name).toBeNull()
    }
  })

  it('are tunes of under two seconds that differ from each other', () => {
    for (const name of cues) {
      const last = tunes[name].at(-1)
      expect((last?.at ?? 9) + (last?.lasts ?? 9), name).toBeLessThan(2)
    }
    expect(new Set(cues.map((name) => JSON.stringify(tunes[name]))).size).toBe(cues.length)
  })

  it('are always written, also where there is no sound', () => {
    vi.useFakeTimers()
    vi.stubGlobal('window', globalThis)
    const given = useCues()
    given.give('slip-ready')
    expect(given.shown).toBe('slip-ready')
    vi.advanceTimersByTime(10_000)
    expect(given.shown).toBeNull()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
})
