/** Short tones made by the browser itself: no sound files. Each cue differs in its tune and not in its pitch alone. */
import type { Cue } from './cue-of.ts'

/** Hertz, and seconds from the beginning of the cue and of each note. */
interface Note {
  readonly hertz: number
  readonly at: number
  readonly lasts: number
}

export const tunes: Readonly<Record<Cue, readonly Note[]>> = {
  accepted: [
    { hertz: 880, at: 0, lasts: 0.09 },
    { hertz: 1320, at: 0.1, lasts: 0.13 },
  ],
  refused: [
    { hertz: 247, at: 0, lasts: 0.16 },
    { hertz: 196, at: 0.2, lasts: 0.26 },
  ],
  'slip-ready': [
    { hertz: 523, at: 0, lasts: 0.12 },
    { hertz: 659, at: 0.13, lasts: 0.12 },
    { hertz: 784, at: 0.26, lasts: 0.24 },
  ],
  attention: [
    { hertz: 988, at: 0, lasts: 0.18 },
    { hertz: 784, at: 0.2, lasts: 0.22 },
    { hertz: 988, at: 0.55, lasts: 0.18 },
    { hertz: 784, at: 0.75, lasts: 0.22 },
  ],
  done: [{ hertz: 1047, at: 0, lasts: 0.18 }],
}
const loudness = 0.12

/** Plays cues; silent where the browser has no sound or does not allow it yet. */
export function createPlayer(): (cue: Cue) => void {
  let sound: AudioContext | null = null
  return (cue) => {
    try {
      sound ??= new AudioContext()
      // Where a browser wants a touch first, this fails until there was one.
      if (sound.state === 'suspended') sound.resume().catch(() => undefined)
      const now = sound.currentTime + 0.01
      for (const { hertz, at, lasts } of tunes[cue]) {
        const tone = new OscillatorNode(sound, { type: 'triangle', frequency: hertz })
        const volume = new GainNode(sound, { gain: 0 })
        volume.gain.setValueAtTime(0, now + at)
        volume.gain.linearRampToValueAtTime(loudness, now + at + 0.012)
        volume.gain.setTargetAtTime(0, now + at + lasts * 0.6, lasts / 5)
        tone.connect(volume).connect(sound.destination)
        tone.start(now + at)
        tone.stop(now + at + lasts + 0.2)
      }
    } catch {
      // No sound here: the caption says the same.
    }
  }
}
