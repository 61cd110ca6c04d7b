export { cueOf, cues, type Cue } from './cue-of.ts'
export { createPlayer } from './player.ts'
