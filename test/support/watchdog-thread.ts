/** The thread behind `runner.ts`: it still counts when the run's own thread is in a loop that never yields. */
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { Stretch } from './runner.ts'

/** The run's own thread has so long to end the run in order, ms. */
const orderlyMs = 5000
const { name } = workerData as { readonly name: string }

let timer: NodeJS.Timeout | undefined
parentPort?.on('message', ({ what, ms, summary }: Stretch) => {
  clearTimeout(timer)
  timer = setTimeout(() => {
    const words = `FAILED ${name}: not done within ${ms / 1000} s: ${what}`
    parentPort?.postMessage(words)
    timer = setTimeout(() => {
      writeSync(1, `${words} (and it did not yield)\n${summary}\n`)
      process.kill(process.pid, 'SIGKILL')
    }, orderlyMs)
  }, ms)
})
