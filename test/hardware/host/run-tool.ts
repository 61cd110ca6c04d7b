/** Runs a program of the system to its end, within a time, and tells what it wrote. */
import { execFile } from 'node:child_process'

export interface Ran {
  readonly ok: boolean
  readonly out: string
  /** The last line of what it had to say, for a reason. */
  readonly why: string
}

/** Never rejects: a program that is absent, too slow or unhappy is `ok: false`. `ms`: time limit. */
export function runTool(
  file: string,
  args: readonly string[],
  options: { cwd?: string; ms?: number } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      {
        cwd: options.cwd,
        timeout: options.ms ?? 60_000,
        killSignal: 'SIGKILL',
        maxBuffer: 64 << 20,
        env: { ...process.env, LC_ALL: 'C' },
      },
      (error, out, complaints) => {
        const why = complaints.trim().split('\n').at(-1) ?? ''
        resolve({ ok: error === null, out, why: why === '' ? (error?.message ?? '') : why })
      },
    )
  })
}
