/**
 * `npm run hub -- doctor [--json] [--language fi|sv|en]`: looks at everything that the settings name, and says what to
 * do.
 */
import { Language } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { readSettings } from '../settings.ts'
import { examine, type Check } from './checks.ts'

export { examine, type Check, type State } from './checks.ts'

const marks = { ok: 'ok', failed: 'WRONG', unknown: '?', 'not-set': '-' } as const

function line(check: Check, language: Language): string {
  const head = `${marks[check.state].padEnd(6)}${check.name}${check.detail === undefined ? '' : `: ${check.detail}`}`
  if (check.failure === undefined) return head
  const { what, next } = describeFailure(check.failure, language)
  return `${head}\n      ${check.failure.code} ${what}\n      ${next}`
}

/**
 * What is printed, and the exit code: 0 when nothing is wrong, 1 when something is, 2 for arguments that are not known.
 */
export async function doctor(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly text: string; readonly exitCode: 0 | 1 | 2 }> {
  const at = args.indexOf('--language')
  const language = Language.safeParse(at === -1 ? 'en' : args[at + 1])
  const others = args.filter((arg, i) => arg !== '--json' && (at === -1 || (i !== at && i !== at + 1)))
  if (others.length > 0 || !language.success)
    return { text: 'usage: npm run hub -- doctor [--json] [--language fi|sv|en]\n', exitCode: 2 }
  const settings = readSettings(env)
  const checks: readonly Check[] = settings.ok
    ? [{ name: 'settings', state: 'ok' }, ...(await examine(settings.value.options))]
    : [{ name: 'settings', state: 'failed', failure: settings.failure }]
  const wrong = checks.filter(({ state }) => state === 'failed').length
  const exitCode = wrong === 0 ? 0 : 1
  if (args.includes('--json')) {
    const told = checks.map((check) => ({
      ...check,
      ...(check.failure === undefined ? {} : describeFailure(check.failure, language.data)),
    }))
    return { text: `${JSON.stringify({ ok: wrong === 0, wrong, checks: told })}\n`, exitCode }
  }
  const end = wrong === 0 ? 'Nothing is wrong.' : `${wrong} wrong.`
  return { text: `${checks.map((check) => line(check, language.data)).join('\n')}\n${end}\n`, exitCode }
}
