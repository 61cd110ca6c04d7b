/** Runs the tests inside the machine, one after the other, each within its time, and says how each went. */
import { openSync } from 'node:fs'
import { ReadStream, WriteStream } from 'node:tty'
import type { FromInside, FromOutside } from '../wire.ts'
import type { World } from './hardware-test.ts'
import { hardwareTests } from './tests.ts'

const limitMs = 45_000
const wire = openSync('/dev/ttyS1', 'r+')
const input = new ReadStream(wire)
const output = new WriteStream(wire)
const waiting = new Map<number, (answer: FromOutside) => void>()
let asked = 0
let rest = ''

const say = (message: FromInside) => void output.write(`${JSON.stringify(message)}\n`)

input.setRawMode(true)
input.on('data', (bytes: Buffer) => {
  rest += bytes.toString('utf8')
  const lines = rest.split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) {
    const answer = JSON.parse(line) as FromOutside
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  }
})

const world: World = {
  ask: (act) =>
    new Promise((resolve, reject) => {
      asked += 1
      waiting.set(asked, ({ trouble }) => (trouble === null ? resolve() : reject(new Error(trouble))))
      say({ t: 'ask', id: asked, act })
    }),
  count: (name, value = 1) => say({ t: 'figure', name, value }),
}

async function within(run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([run, late])
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}

const only = process.argv[2] ?? ''
say({ t: 'up' })
for (const test of hardwareTests) {
  const { name } = test
  if (!name.includes(only)) continue
  say({ t: 'begin', name })
  const from = performance.now()
  let why = ''
  try {
    await within(test.run(world))
  } catch (error) {
    why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  say({ t: 'end', name, outcome: why === '' ? 'passed' : 'failed', why, ms: Math.round(performance.now() - from) })
}
say({ t: 'done' })
