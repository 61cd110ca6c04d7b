/**
 * The engine's process with a mine in it: it kills itself, without a word, at the checkpoint that its first argument
 * names.
 */
import { runEngineProcess } from '../../src-main/engine/run-process.ts'

const mine = process.argv[2]
runEngineProcess({
  checkpoint: (name) => {
    if (name === mine) process.kill(process.pid, 'SIGKILL')
  },
})
