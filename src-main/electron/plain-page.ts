/** The page shown when there can be no window: plain text in three languages, no script, whom to call, and a way on. */
import { languages } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { againUrl } from './rules.ts'

const again = { fi: 'Yritä uudelleen', sv: 'Försök igen', en: 'Try again' } as const
const call = { fi: 'Soita', sv: 'Ring', en: 'Call' } as const

export const plainCss = `
html { color-scheme: light; background: #f2f4f5; color: #17232b; font: 400 22px/1.45 system-ui, sans-serif; }
body { max-width: 34em; margin: 0 auto; padding: 2rem; user-select: none; }
h1 { font-size: 1rem; letter-spacing: 0.08em; color: #45545d; }
h2 { font-size: 1.35rem; margin: 1.6rem 0 0.2rem; }
p { margin: 0.2rem 0; }
a { display: inline-block; margin-top: 2rem; padding: 0.9rem 1.6rem; background: #0b5573; color: #fff; border-radius: 0.5rem; text-decoration: none; }
a:focus-visible { outline: 0.25rem solid #c8541b; outline-offset: 0.2rem; }
`

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** `support` is whom to call, as the desk's settings say it, or null. */
export function plainPage(failure: Failure, support: string | null): string {
  const blocks = languages.map((language) => {
    const { what, next } = describeFailure(failure, language)
    const whom = support === null ? '' : `<p>${call[language]}: ${escape(support)}</p>`
    return `<section lang="${language}"><h2>${escape(what)}</h2><p>${escape(next)}</p>${whom}</section>`
  })
  const link = languages.map((language) => `<span lang="${language}">${again[language]}</span>`).join(' · ')
  return [
    '<!doctype html><html lang="fi"><meta charset="utf-8"><title>Lodge</title><link rel="stylesheet" href="/stopped.css">',
    `<body><main><h1 data-testid="stopped-code">${failure.code}</h1>${blocks.join('')}<a href="${new URL(againUrl).pathname}" data-testid="again">${link}</a></main></body></html>`,
  ].join('')
}
