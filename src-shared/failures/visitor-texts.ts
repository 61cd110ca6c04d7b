/**
 * What a visitor reads of a failure, on a screen where nobody is signed in: said to the visitor, and without the words
 * of the staff (docs/glossary.md). A code without a text of its own here is told in that of `texts.ts`.
 */
import type { Language } from '../domain/index.ts'

type Text = readonly [what: string, next: string]
type Texts = Readonly<Record<Language, Text>>

const unread: Texts = {
  fi: ['Henkilöllisyystodistusta ei saatu luettua.', 'Lue se uudelleen tai lue korttisi, tai kysy henkilökunnalta.'],
  sv: ['Id-handlingen kunde inte läsas.', 'Läs in den på nytt eller läs in ditt kort, eller fråga personalen.'],
  en: ['The identity document could not be read.', 'Scan it again or scan your card, or ask the staff.'],
}
const training: Readonly<Record<Language, string>> = {
  fi: 'Koulutustunnuksen salasanaa ei noudeta täältä.',
  sv: 'Lösenordet till ett utbildningskonto hämtas inte här.',
  en: 'The password of a training account is not collected here.',
}

export const visitorTexts: Readonly<Record<string, Texts>> = {
  'L-107': {
    fi: ['Tätä näyttöä ei ole vielä otettu käyttöön.', 'Kysy henkilökunnalta.'],
    sv: ['Den här skärmen är inte i bruk ännu.', 'Fråga personalen.'],
    en: ['This screen is not in use yet.', 'Please ask the staff.'],
  },
  'L-202': {
    fi: [
      'Täällä ei ole sinulle noudettavaa.',
      'Katso ilmoituksestasi, mistä salasana noudetaan, tai kysy henkilökunnalta.',
    ],
    sv: ['Här finns inget för dig att hämta.', 'Se i ditt meddelande var lösenordet hämtas, eller fråga personalen.'],
    en: ['There is nothing for you to collect here.', 'See in your message where to collect it, or ask the staff.'],
  },
  'L-203': {
    fi: ['Tämä salasana on peruttu, eikä sitä voi enää noutaa.', 'Pyydä helpdeskistä uusi.'],
    sv: ['Lösenordet har återkallats och kan inte hämtas längre.', 'Be helpdesk om ett nytt.'],
    en: ['This password was withdrawn and can no longer be collected.', 'Ask the helpdesk for a new one.'],
  },
  'L-205': {
    fi: ['Aika noutaa tämä salasana on päättynyt.', 'Pyydä helpdeskistä uusi.'],
    sv: ['Tiden att hämta lösenordet har gått ut.', 'Be helpdesk om ett nytt.'],
    en: ['The time to collect this password has ended.', 'Ask the helpdesk for a new one.'],
  },
  'L-206': {
    fi: ['Salasanaasi ei voi antaa sinulle täällä.', 'Pyydä helpdeskiä siirtämään se sinne, mistä sen saa: {where}.'],
    sv: ['Ditt lösenord kan inte ges till dig här.', 'Be helpdesk flytta det dit där du kan få det: {where}.'],
    en: ['Your password cannot be given to you here.', 'Ask the helpdesk to move it to where you can get it: {where}.'],
  },
  'L-207': {
    fi: ['Täältä saa vain etukäteen pyydetyn salasanan.', 'Tee pyyntö helpdeskiin.'],
    sv: ['Här fås bara lösenord som har begärts på förhand.', 'Gör en begäran hos helpdesk.'],
    en: ['Only a password that was asked for in advance can be collected here.', 'Make a request to the helpdesk.'],
  },
  'L-210': {
    fi: ['Täällä on nyt suljettu.', 'Avataan {opensAt}. Salasanasi odottaa täällä.'],
    sv: ['Det är stängt här nu.', 'Öppnar {opensAt}. Ditt lösenord väntar här.'],
    en: ['We are closed now.', 'We open {opensAt}. Your password will still be here.'],
  },
  'L-211': {
    fi: ['Täällä on suljettu toistaiseksi.', 'Kysy helpdeskistä, missä voit asioida.'],
    sv: ['Det är stängt här tills vidare.', 'Fråga helpdesk vart du kan vända dig.'],
    en: ['We are closed until further notice.', 'Ask the helpdesk where to go.'],
  },
  'L-220': {
    fi: ['Henkilökunnan salasanan saa henkilöstöpalveluista.', 'Pyydä helpdeskiä siirtämään se sinne: {where}.'],
    sv: ['Personalens lösenord fås hos personaltjänster.', 'Be helpdesk flytta det dit: {where}.'],
    en: ['Passwords of staff are collected at human resources.', 'Ask the helpdesk to move it there: {where}.'],
  },
  'L-221': {
    fi: [training.fi, 'Vaihda se osoitteessa {address}.'],
    sv: [training.sv, 'Byt det på adressen {address}.'],
    en: [training.en, 'Reset it at {address}.'],
  },
  'L-230': {
    fi: [training.fi, 'Pyydä uusi salasana kouluttajalta.'],
    sv: [training.sv, 'Be utbildaren om ett nytt lösenord.'],
    en: [training.en, 'Ask the trainer for a new one.'],
  },
  'L-235': {
    fi: ['Tänne ei voi pyytää salasanaa.', 'Lue kortti uudelleen tai asioi helpdeskissä.'],
    sv: ['Det går inte att be om ett lösenord hit.', 'Läs in kortet på nytt, eller vänd dig till helpdesk.'],
    en: ['A password cannot be asked for here.', 'Scan the card again, or go to the helpdesk.'],
  },
  'L-240': {
    fi: ['Täällä on nyt tauko.', 'Palvelu jatkuu {untilAt}. Salasanasi odottaa täällä.'],
    sv: ['Vi har paus nu.', 'Vi är tillbaka {untilAt}. Ditt lösenord väntar här.'],
    en: ['We are on a break now.', 'Back {untilAt}. Your password will still be here.'],
  },
  'L-244': {
    fi: ['Salasanasi odottaa toisessa palvelupisteessä.', 'Mene sinne henkilöllisyystodistus mukana: {where}.'],
    sv: ['Ditt lösenord väntar vid en annan servicepunkt.', 'Gå dit och ta med en id-handling: {where}.'],
    en: ['Your password is waiting at another service point.', 'Go there and bring your ID: {where}.'],
  },
  'L-245': {
    fi: [
      'Tällä näytöllä ei ole juuri nyt yhteyttä.',
      'Mene henkilökunnan luo henkilöllisyystodistus mukana: he näkevät, onko sinulle noudettavaa.',
    ],
    sv: [
      'Den här skärmen har ingen anslutning just nu.',
      'Gå till personalen med din id-handling: de ser om du har något att hämta.',
    ],
    en: [
      'This screen has no connection just now.',
      'Go to the staff with your ID: they can see whether you have something to collect.',
    ],
  },
  'L-250': {
    fi: [
      'Täällä ei ole sinulle noudettavaa. Muista paikoista ei saada juuri nyt tietoa.',
      'Katso ilmoituksestasi, mistä salasana noudetaan, tai kysy henkilökunnalta.',
    ],
    sv: [
      'Här finns inget för dig att hämta. Andra ställen kan inte kontrolleras just nu.',
      'Se i ditt meddelande var lösenordet hämtas, eller fråga personalen.',
    ],
    en: [
      'There is nothing for you to collect here. Other places cannot be checked just now.',
      'See in your message where to collect your password, or ask the staff.',
    ],
  },
  'L-251': {
    fi: [
      'Henkilöllisyystodistuksesi ei yksin riitä täällä: syntymäaikasi puuttuu tiedoistasi.',
      'Ota yhteys helpdeskiin, joka lisää sen. Jos täällä on sinulle salasana, se odottaa.',
    ],
    sv: [
      'Din id-handling räcker inte ensam här: ditt födelsedatum saknas i dina uppgifter.',
      'Kontakta helpdesk, som lägger till det. Finns här ett lösenord för dig, så väntar det.',
    ],
    en: [
      'Your identity document alone is not enough here: your date of birth is missing from your details.',
      'Contact the helpdesk, which adds it. If a password is here for you, it will wait.',
    ],
  },
  'L-252': {
    fi: [
      'Tällä koodilla ei ole täällä noudettavaa.',
      'Katso uusimmasta ilmoituksestasi, mistä salasana noudetaan, tai kysy henkilökunnalta.',
    ],
    sv: [
      'Här finns inget att hämta med den här koden.',
      'Se i ditt nyaste meddelande var lösenordet hämtas, eller fråga personalen.',
    ],
    en: [
      'There is nothing to collect here with this code.',
      'See in your newest message where to collect your password, or ask the staff.',
    ],
  },
  'L-253': {
    fi: [
      'Tätä korttia ei tunneta.',
      'Lue henkilöllisyystodistuksesi tai ilmoituksesi koodi, tai kysy henkilökunnalta.',
    ],
    sv: [
      'Det här kortet är inte känt.',
      'Läs in din id-handling eller koden i ditt meddelande, eller fråga personalen.',
    ],
    en: ['This card is not known.', 'Scan your identity document or the code in your message, or ask the staff.'],
  },
  'L-303': unread,
  'L-304': {
    fi: [
      'Tätä henkilöllisyystodistusta ei hyväksytä.',
      'Passi, henkilökortti, oleskelulupakortti ja suomalainen ajokortti kelpaavat.',
    ],
    sv: [
      'Den här id-handlingen godtas inte.',
      'Pass, identitetskort, uppehållstillståndskort och finländskt körkort godtas.',
    ],
    en: [
      'This identity document is not accepted.',
      'A passport, identity card, residence permit card or Finnish driving licence will do.',
    ],
  },
  'L-325': unread,
  'L-326': {
    fi: [
      'Tämä luettiin viivakoodista tai puhelimen ruudulta, eikä se kelpaa.',
      'Lue itse henkilöllisyystodistus, korttisi tai ilmoituksesi koodi.',
    ],
    sv: [
      'Detta lästes från en streckkod eller en telefonskärm och duger inte.',
      'Läs in själva id-handlingen, ditt kort eller koden i ditt meddelande.',
    ],
    en: [
      'This was read off a bar code or a phone’s screen, and will not do.',
      'Scan the identity document itself, your card, or the code in your message.',
    ],
  },
  'L-335': unread,
  'L-333': {
    fi: [
      'Henkilöllisyystodistus ei yksin kerro, kuka olet.',
      'Lue korttisi tai ilmoituksesi koodi, tai kysy henkilökunnalta.',
    ],
    sv: [
      'Id-handlingen visar inte ensam vem du är.',
      'Läs in ditt kort eller koden i ditt meddelande, eller fråga personalen.',
    ],
    en: [
      'The identity document alone does not tell who you are.',
      'Scan your card or the code in your message, or ask the staff.',
    ],
  },
  'L-511': {
    fi: ['Täällä palvellaan juuri toista asiakasta.', 'Odota hetki ja lue sitten uudelleen.'],
    sv: ['Någon annan betjänas just nu.', 'Vänta en stund och läs in på nytt.'],
    en: ['Somebody else is being served just now.', 'Wait a moment, then scan again.'],
  },
}
