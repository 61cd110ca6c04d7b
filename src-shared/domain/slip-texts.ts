/** What the slip says, in the recipient's language. */
import type { Language } from './index.ts'

export interface SlipTexts {
  readonly title: { readonly password: string; readonly 'activation-code': string }
  readonly account: string
  readonly reference: string
  readonly secret: { readonly password: string; readonly 'activation-code': string }
  readonly continues: string
  readonly legend: string
  readonly spaceLegend: string
  /** `{date}` is the last day. */
  readonly validUntil: string
  readonly change: { readonly password: string; readonly 'activation-code': string }
  readonly never: string
  readonly destroy: string
  readonly slip: string
  /** Above the address of a letter, and where it is folded. */
  readonly letter: { readonly sender: string; readonly fold: string }
  /** On a slip without a secret; `{number}` is the slip that carries it. */
  readonly instructions: {
    readonly title: string
    readonly where: { readonly password: string; readonly 'activation-code': string }
  }
}

export const slipTexts: Readonly<Record<Language, SlipTexts>> = {
  fi: {
    title: { password: 'Uusi salasanasi', 'activation-code': 'Aktivointikoodisi' },
    account: 'Käyttäjätunnus',
    reference: 'Pyyntö',
    secret: { password: 'Salasana', 'activation-code': 'Koodi' },
    continues: '... jatkuu ilman väliä',
    legend: 'A = iso kirjain  a = pieni kirjain  9 = numero  # = merkki',
    spaceLegend: '_ = välilyönti',
    validUntil: 'Voimassa {date} asti',
    change: { password: 'Vaihda salasana heti osoitteessa', 'activation-code': 'Ota tunnus käyttöön osoitteessa' },
    never: 'Emme koskaan lähetä salasanaa sähköpostilla tai tekstiviestillä emmekä kerro sitä puhelimessa.',
    destroy: 'Hävitä tämä tuloste, kun olet vaihtanut salasanan.',
    slip: 'Tuloste',
    letter: { sender: 'Palautus', fold: 'taita tästä' },
    instructions: {
      title: 'Ohje',
      where: {
        password: 'Salasanasi on tulosteessa {number}. Merkkien selitykset:',
        'activation-code': 'Koodisi on tulosteessa {number}. Merkkien selitykset:',
      },
    },
  },
  sv: {
    title: { password: 'Ditt nya lösenord', 'activation-code': 'Din aktiveringskod' },
    account: 'Användarnamn',
    reference: 'Begäran',
    secret: { password: 'Lösenord', 'activation-code': 'Kod' },
    continues: '... fortsätter utan mellanslag',
    legend: 'A = stor bokstav  a = liten bokstav  9 = siffra  # = tecken',
    spaceLegend: '_ = mellanslag',
    validUntil: 'Gäller till {date}',
    change: { password: 'Byt lösenordet genast på adressen', 'activation-code': 'Aktivera kontot på adressen' },
    never: 'Vi skickar aldrig lösenord per e-post eller sms och säger dem aldrig per telefon.',
    destroy: 'Förstör den här utskriften när du har bytt lösenordet.',
    slip: 'Utskrift',
    letter: { sender: 'Returadress', fold: 'vik här' },
    instructions: {
      title: 'Anvisning',
      where: {
        password: 'Lösenordet finns på utskrift {number}. Teckenförklaring:',
        'activation-code': 'Koden finns på utskrift {number}. Teckenförklaring:',
      },
    },
  },
  en: {
    title: { password: 'Your new password', 'activation-code': 'Your activation code' },
    account: 'User name',
    reference: 'Request',
    secret: { password: 'Password', 'activation-code': 'Code' },
    continues: '... continues without a space',
    legend: 'A = capital letter  a = small letter  9 = digit  # = sign',
    spaceLegend: '_ = space',
    validUntil: 'Valid until {date}',
    change: { password: 'Change the password at once at', 'activation-code': 'Activate your account at' },
    never: 'We never send or tell passwords by email, text message or phone.',
    destroy: 'Destroy this slip when you have changed the password.',
    slip: 'Slip',
    letter: { sender: 'Return to', fold: 'fold here' },
    instructions: {
      title: 'Instructions',
      where: {
        password: 'Your password is on slip {number}. How to read it:',
        'activation-code': 'Your code is on slip {number}. How to read it:',
      },
    },
  },
}
