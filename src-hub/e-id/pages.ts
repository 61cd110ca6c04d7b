/** The small pages that a phone sees: three languages, no scripts, nothing about anyone. */
import { createHash } from 'node:crypto'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { languages, type Language } from '../../src-shared/domain/index.ts'

type Words = Readonly<Record<Language, readonly [title: string, text: string]>>

/** `begin`: before anything is used up. `onward`: to the broker. `proved` and the codes: how it ended. */
export type PhonePage = 'begin' | 'onward' | 'proved' | ErrorCode

const back = {
  fi: 'Palaa palvelupisteeseen: henkilökunta aloittaa tarvittaessa uudelleen. Tämän sivun voi sulkea.',
  sv: 'Gå tillbaka till servicepunkten: personalen börjar om vid behov. Du kan stänga sidan.',
  en: 'Go back to the service point: the staff start again if needed. You may close this page.',
}
const ended = (fi: string, sv: string, en: string): Words => ({
  fi: [fi, back.fi],
  sv: [sv, back.sv],
  en: [en, back.en],
})

const pages: Readonly<Partial<Record<PhonePage, Words>>> = {
  begin: {
    fi: [
      'Tunnistaudu sähköisesti',
      'Palvelupiste pyytää sinua tunnistautumaan pankkitunnuksilla tai mobiilivarmenteella. Jatka vain, jos asioit nyt palvelupisteessä.',
    ],
    sv: [
      'Identifiera dig elektroniskt',
      'Servicepunkten ber dig identifiera dig med bankkoder eller mobilcertifikat. Fortsätt bara om du är där nu.',
    ],
    en: [
      'Identify yourself electronically',
      'The service point asks you to identify with a bank ID or a mobile certificate. Go on only if you are there now.',
    ],
  },
  onward: {
    fi: ['Siirrytään tunnistuspalveluun', 'Jos mitään ei tapahdu, paina Jatka.'],
    sv: ['Vi går vidare till identifieringstjänsten', 'Tryck på Fortsätt om inget händer.'],
    en: ['Going on to the identification service', 'If nothing happens, press Continue.'],
  },
  proved: {
    fi: ['Tunnistautuminen onnistui', 'Henkilökunta tietää sen jo. Tämän sivun voi sulkea.'],
    sv: ['Identifieringen lyckades', 'Personalen vet det redan. Du kan stänga sidan.'],
    en: ['You have been identified', 'The staff know already. You may close this page.'],
  },
  [failures.eIdCancelled]: ended(
    'Tunnistautuminen peruttiin',
    'Identifieringen avbröts',
    'The identification was cancelled',
  ),
  [failures.eIdTimedOut]: ended('Aika päättyi', 'Tiden gick ut', 'The time ran out'),
  [failures.eIdSomebodyElse]: ended(
    'Tunnistautuja ei ole se, jolle palvelupisteessä ollaan antamassa salasanaa',
    'Den som identifierade sig är inte den som betjänas vid servicepunkten',
    'Whoever identified is not the person who is being served',
  ),
  [failures.eIdAddressSpent]: ended(
    'Osoite on jo käytetty tai väärä',
    'Adressen är redan använd eller fel',
    'The address has been used, or is wrong',
  ),
  [failures.eIdSilent]: ended(
    'Tunnistuspalvelu ei vastaa nyt',
    'Identifieringstjänsten svarar inte just nu',
    'The identification service does not answer now',
  ),
  [failures.eIdTooWeak]: ended(
    'Tunnistautumistapa ei ole riittävän vahva: tarvitaan pankkitunnus tai mobiilivarmenne',
    'Identifieringssättet är inte starkt nog: bankkoder eller mobilcertifikat behövs',
    'The means of identification is not strong enough: a bank ID or mobile certificate is needed',
  ),
  [failures.eIdTooOld]: ended(
    'Tunnistautuminen ei ollut tuore',
    'Identifieringen var inte färsk',
    'The identification was not made now',
  ),
  [failures.eIdUnverifiable]: ended(
    'Tunnistautumista ei voitu varmistaa',
    'Identifieringen kunde inte bekräftas',
    'The identification could not be verified',
  ),
  [failures.eIdMisconfigured]: ended(
    'Tunnistautuminen ei toimi tässä palvelussa juuri nyt: asetukset ovat väärät',
    'Identifieringen fungerar inte i den här tjänsten just nu: inställningarna är fel',
    'Identification does not work in this service now: its settings are wrong',
  ),
  [failures.eIdClockDiffers]: ended(
    'Tunnistautuminen ei toimi tässä palvelussa juuri nyt: kellot eroavat',
    'Identifieringen fungerar inte i den här tjänsten just nu: klockorna skiljer sig',
    'Identification does not work in this service now: its clocks differ',
  ),
  [failures.tooManyFromAddress]: ended('Liian monta yritystä', 'För många försök', 'Too many tries'),
}
const unknown = ended(
  'Tunnistautuminen ei onnistu nyt',
  'Identifieringen lyckas inte just nu',
  'The identification does not work now',
)
const onwardWords: Readonly<Record<Language, string>> = { fi: 'Jatka', sv: 'Fortsätt', en: 'Continue' }

const style = `:root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:34rem;padding:1.5rem 1.25rem}
section{margin:0 0 1.25rem}h1,h2{font-size:1.375rem;line-height:1.25;margin:0 0 .375rem}h2{font-size:1.125rem}p{margin:0}
.go{display:block;box-sizing:border-box;width:100%;min-height:3.5rem;margin:0 0 1.75rem;padding:.875rem 1.25rem;border:0;border-radius:.625rem;background:#0b4f6c;color:#fff;
font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}.go:focus-visible{outline:.1875rem solid #e8a33d;outline-offset:.1875rem}
.code{opacity:.75;font-size:.875rem}`
const styleHash = createHash('sha256').update(style).digest('base64')

/** Of every page here: no script, no frame, nothing from elsewhere, and forms to this hub alone. */
export const pageHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const

const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

/** Whole HTML. `first`: the language that comes first. `address`: where `begin` posts to, or where `onward` leads. */
export function phonePage(page: PhonePage, first: Language, address = ''): string {
  const words = pages[page] ?? unknown
  const order = [first, ...languages.filter((language) => language !== first)]
  const label = order.map((language) => onwardWords[language]).join(' · ')
  const go =
    page === 'begin'
      ? `<form method="post" action="${escaped(address)}"><button class="go" type="submit">${label}</button></form>`
      : page === 'onward'
        ? `<a class="go" href="${escaped(address)}">${label}</a>`
        : ''
  const texts = order.map((language, place) => {
    const [title, text] = words[language]
    const heading = place === 0 ? 'h1' : 'h2'
    return `<section lang="${language}"><${heading}>${escaped(title)}</${heading}><p>${escaped(text)}</p></section>`
  })
  const refresh = page === 'onward' ? `<meta http-equiv="refresh" content="0;url=${escaped(address)}">` : ''
  const code = page.startsWith('L-') ? `<p class="code">${page}</p>` : ''
  return `<!doctype html><html lang="${first}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">${refresh}<title>${escaped(words[first][0])}</title><style>${style}</style></head><body>${texts[0] ?? ''}${go}${texts.slice(1).join('')}${code}</body></html>`
}
