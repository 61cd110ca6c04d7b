/** Whatever hangs, a run and the whole of `.ci/run` end, name what hung, and count it as a failure. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { within } from '../support/within.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Longest that any of these may take on a busy computer, ms: far below the hours that their commands would take. */
const endMs = 45_000

async function outcome(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  try {
    await within(endMs, `the end of ${program} (it said: ${said})`, once(child, 'close'))
  } finally {
    child.kill('SIGKILL')
  }
  return { code: child.exitCode, signal: child.signalCode, lines: said.trimEnd().split('\n') }
}

describe('a run', () => {
  const play = (words: string) =>
    outcome(process.execPath, [
      '--no-warnings',
      '--input-type=module',
      '--eval',
      `import { startRun, endWith } from ${JSON.stringify(file('../support/runner.ts'))}
      const run = startRun('test:it', (more) => \`2 passed, \${more} failed, 0 skipped\`)
      run.at('the third row', 400)
      ${words}`,
    ])

  test('that awaits what never comes ends with the name of where it was, one failure more, and what it started', async () => {
    const { code, lines } = await play(`
      endWith(() => console.log('the server is stopped'))
      setInterval(() => undefined, 1000)
      await new Promise(() => undefined)`)
    expect(lines).toEqual([
      'FAILED test:it: not done within 0.4 s: the third row',
      '2 passed, 1 failed, 0 skipped',
      'the server is stopped',
    ])
    expect(code).toBe(1)
  })

  test('that never yields is killed, and says the same', async () => {
    const { code, signal, lines } = await play('for (;;);')
    expect(lines).toEqual([
      'FAILED test:it: not done within 0.4 s: the third row (and it did not yield)',
      '2 passed, 1 failed, 0 skipped',
    ])
    expect([code, signal]).toEqual([null, 'SIGKILL'])
  })

  test('that is done ends, although something is still open', async () => {
    const { code, lines } = await play('setInterval(() => undefined, 1000); run.end(true)')
    expect({ code, lines }).toEqual({ code: 0, lines: ['2 passed, 0 failed, 0 skipped'] })
  })
})

describe('.ci/run', () => {
  const steps = (words: string, seconds = 600) =>
    outcome(
      'bash',
      ['-c', `set -euo pipefail; . ${file('../../.ci/step')}\n${words}\nsummary; [ "$steps_failed" = 0 ]`],
      {
        LODGE_CI_SECONDS: String(seconds),
      },
    )
  const plain = (lines: readonly string[]) =>
    lines.map((line) => line.replace(/: \d+ s$/, ': N s').replace(/within \d+ s/, 'within N s'))

  test('stops a step that does not end, names it, counts it as one failed, and goes on with the next', async () => {
    // What the step leaves behind holds its output open.
    const { code, lines } = await steps(`
      step first 60 echo '3 passed, 0 failed, 1 skipped'
      step second 1 bash -c 'echo "4 passed, 0 failed, 0 skipped"; setsid sleep 20 & sleep 600' || true
      step third 60 echo '5 passed, 0 failed, 0 skipped'`)
    expect(plain(lines)).toEqual([
      '3 passed, 0 failed, 1 skipped',
      'step first: N s',
      '4 passed, 0 failed, 0 skipped',
      'FAILED step second: did not end within N s and was stopped',
      'step second: N s',
      '5 passed, 0 failed, 0 skipped',
      'step third: N s',
      'what failed:',
      'FAILED step second: did not end within N s and was stopped',
      '12 passed, 1 failed, 1 skipped',
    ])
    expect(code).toBe(1)
  })

  test('begins no step once its time is used up, and counts each as failed', async () => {
    const { code, lines } = await steps(`step first 60 sleep 600 || true\nstep second 60 true || true`, 3)
    expect(plain(lines)).toEqual([
      'FAILED step first: did not end within N s and was stopped',
      'step first: N s',
      'FAILED step second: not begun, all 3 s of this run were used up before',
      'what failed:',
      'FAILED step first: did not end within N s and was stopped',
      'FAILED step second: not begun, all 3 s of this run were used up before',
      '0 passed, 2 failed, 0 skipped',
    ])
    expect(code).toBe(1)
  })

  test('says again at its end what failed on the way', async () => {
    const { lines } = await steps(`
      step tests 60 bash -c 'echo "FAILED a desk > opens: at 8"; echo "3 passed, 1 failed, 0 skipped"; exit 1' || true
      step more 60 echo '2 passed, 0 failed, 0 skipped'`)
    expect(lines.slice(-3)).toEqual(['what failed:', 'FAILED a desk > opens: at 8', '5 passed, 1 failed, 0 skipped'])
  })

  test('counts a step that fails without a count of its own as one failed, and one that counted as it counted', async () => {
    const { code, lines } = await steps(`
      step types 60 false || true
      step tests 60 bash -c 'echo "7 passed, 2 failed, 0 skipped"; exit 1' || true`)
    expect(lines.at(-1)).toBe('7 passed, 3 failed, 0 skipped')
    expect(code).toBe(1)
  })
})
