/**
 * Every expected failure: its code, and for people in three languages what happened and what to do next. A failure
 * with no next step is a dead end, so both parts are required. Placeholders in braces are filled from `params`. Those
 * that only an administrator at the hub meets are in `administration-texts.ts`.
 *
 * 1xx set-up - 2xx pickups and policy - 3xx identity - 4xx staff - 5xx printing - 6xx hub and network - 7xx reader -
 * 8xx storage and engine - 9xx interface.
 */
import { administrationTexts, type Texts } from './administration-texts.ts'

export const errorTexts = {
  ...administrationTexts,
  'L-101': {
    fi: ['Asetustiedostoa ei voi lukea: {where}.', 'Korjaa tiedosto ja käynnistä kioski uudelleen.'],
    sv: ['Inställningsfilen kan inte läsas: {where}.', 'Rätta filen och starta om kiosken.'],
    en: ['The settings file cannot be read: {where}.', 'Correct the file and start the kiosk again.'],
  },
  'L-102': {
    fi: ['Käyttöönottokoodia ei tunneta.', 'Tarkista koodi tai pyydä ylläpidolta uusi.'],
    sv: ['Registreringskoden är okänd.', 'Kontrollera koden eller be administratören om en ny.'],
    en: ['The enrolment code is not known.', 'Check the code, or ask the administrator for a new one.'],
  },
  'L-103': {
    fi: ['Käyttöönottokoodi on jo käytetty tai vanhentunut.', 'Pyydä ylläpidolta uusi koodi.'],
    sv: ['Registreringskoden är redan använd eller för gammal.', 'Be administratören om en ny kod.'],
    en: ['The enrolment code has been used or is too old.', 'Ask the administrator for a new code.'],
  },
  'L-104': {
    fi: [
      'Keskuspalvelin ei ole se, jonka koodi nimeää.',
      'Älä jatka. Tarkista osoite ja ilmoita tietoturvavastaavalle.',
    ],
    sv: [
      'Centralservern är inte den som koden anger.',
      'Fortsätt inte. Kontrollera adressen och meddela säkerhetsansvarig.',
    ],
    en: [
      'The hub is not the one that the code names.',
      'Do not go on. Check the address and tell the security officer.',
    ],
  },
  'L-105': {
    fi: ['Koodi on väärän muotoinen.', 'Kirjoita koodi täsmälleen kuten se on annettu.'],
    sv: ['Koden har fel form.', 'Skriv koden exakt som den gavs.'],
    en: ['The code does not have the right form.', 'Type the code exactly as it was given.'],
  },
  'L-106': {
    fi: ['Kioski on jo otettu käyttöön.', 'Vaihda kioski ylläpidon ohjeen mukaan.'],
    sv: ['Kiosken är redan registrerad.', 'Byt kiosk enligt administratörens anvisning.'],
    en: ['This kiosk is already enrolled.', 'Replace the kiosk as the administrator advises.'],
  },
  'L-107': {
    fi: ['Kioskia ei ole vielä otettu käyttöön.', 'Anna keskuspalvelimen osoite ja käyttöönottokoodi.'],
    sv: ['Kiosken är inte registrerad ännu.', 'Ange centralserverns adress och registreringskoden.'],
    en: ['This kiosk is not enrolled yet.', 'Enter the hub address and the enrolment code.'],
  },
  'L-108': {
    fi: ['Ensimmäinen esihenkilö puuttuu.', 'Lue esihenkilön kulkukortti ja valitse PIN.'],
    sv: ['Den första arbetsledaren saknas.', 'Läs arbetsledarens passerkort och välj en PIN-kod.'],
    en: ['There is no first supervisor yet.', 'Scan a supervisor’s badge and choose a PIN.'],
  },
  'L-109': {
    fi: [
      'Tämä tietokone on toisenlainen kuin pyyntö edellyttää: ilmoittautumisnäyttö tai palvelupisteen kioski.',
      'Tee tämä palvelupisteen kioskilla.',
    ],
    sv: [
      'Datorn är av annat slag än begäran kräver: en anmälningsskärm eller diskens kiosk.',
      'Gör detta vid diskens kiosk.',
    ],
    en: [
      'This computer is not of the kind that may ask this: a check-in screen, or the desk’s kiosk.',
      'Do this at the desk’s own kiosk.',
    ],
  },
  'L-201': {
    fi: ['Tätä noutoa ei ole tässä pisteessä.', 'Pyydä henkilöä ottamaan yhteyttä helpdeskiin.'],
    sv: ['Ärendet finns inte vid den här disken.', 'Be personen kontakta helpdesk.'],
    en: ['This pickup is not at this desk.', 'Ask the person to contact the helpdesk.'],
  },
  'L-202': {
    fi: [
      'Kortilla ei ole noudettavaa tässä pisteessä.',
      'Tarkista noutopiste ilmoituksestasi tai kysy henkilökunnalta.',
    ],
    sv: [
      'Det finns inget att hämta med kortet vid den här disken.',
      'Kontrollera hämtstället i ditt meddelande eller fråga personalen.',
    ],
    en: ['There is nothing to collect here with this card.', 'Check the desk in your notice, or ask the staff.'],
  },
  'L-203': {
    fi: ['Nouto on peruttu.', 'Helpdesk antaa tarvittaessa uuden.'],
    sv: ['Hämtningen har återkallats.', 'Helpdesk utfärdar en ny vid behov.'],
    en: ['The pickup has been revoked.', 'The helpdesk issues another if needed.'],
  },
  'L-204': {
    fi: ['Nouto on jo luovutettu.', 'Katso tapahtumista, milloin ja kuka luovutti.'],
    sv: ['Ärendet är redan överlämnat.', 'Se i händelserna när och av vem.'],
    en: ['The pickup has already been handed over.', 'See the journal for when and by whom.'],
  },
  'L-205': {
    fi: ['Noutoaika on päättynyt.', 'Pyydä henkilöä tilaamaan uusi helpdeskistä.'],
    sv: ['Hämtningstiden har gått ut.', 'Be personen beställa en ny hos helpdesk.'],
    en: ['The time to collect has ended.', 'Ask the person to order a new one from the helpdesk.'],
  },
  'L-206': {
    fi: [
      'Tätä ei saa luovuttaa tässä pisteessä.',
      'Lähetä nouto ensin toiselle pisteelle, ja ohjaa sitten henkilö sinne: {where}.',
    ],
    sv: [
      'Detta får inte överlämnas vid den här disken.',
      'Skicka först ärendet till en annan disk, och hänvisa sedan personen dit: {where}.',
    ],
    en: [
      'This may not be handed over at this desk.',
      'First send the pickup to another desk, then the person there: {where}.',
    ],
  },
  'L-207': {
    fi: ['Vahtimestari luovuttaa vain etukäteen pyydetyn noudon.', 'Pyydä henkilöä tekemään pyyntö helpdeskiin.'],
    sv: ['Vaktmästaren lämnar ut endast på förhand begärda ärenden.', 'Be personen göra en begäran hos helpdesk.'],
    en: [
      'A porter hands over only what was requested in advance.',
      'Ask the person to make a request to the helpdesk.',
    ],
  },
  'L-208': {
    fi: ['Salasana on poistettu käytöstä.', 'Helpdesk antaa uuden salasanan.'],
    sv: ['Lösenordet har spärrats.', 'Helpdesk utfärdar ett nytt lösenord.'],
    en: ['The password has been disabled.', 'The helpdesk issues a new password.'],
  },
  'L-209': {
    fi: ['Nouto on toisessa vaiheessa kuin luultiin.', 'Avaa nouto uudelleen jonosta.'],
    sv: ['Ärendet är i ett annat skede än väntat.', 'Öppna ärendet på nytt från kön.'],
    en: ['The pickup is at another stage than expected.', 'Open the pickup again from the queue.'],
  },
  'L-210': {
    fi: ['Palvelupiste on nyt suljettu.', 'Se avataan {opensAt}. Salasana odottaa täällä.'],
    sv: ['Disken är stängd nu.', 'Den öppnar {opensAt}. Lösenordet väntar här.'],
    en: ['The desk is closed now.', 'It opens {opensAt}. The password will still be here.'],
  },
  'L-211': {
    fi: ['Palvelupiste on suljettu toistaiseksi.', 'Kysy helpdeskistä, missä voit asioida.'],
    sv: ['Disken är stängd tills vidare.', 'Fråga helpdesk vart du kan vända dig.'],
    en: ['The desk is closed until further notice.', 'Ask the helpdesk where to go.'],
  },
  'L-214': {
    fi: ['Tämä nouto on keskeytetty, kunnes sen tuloste on selvitetty.', 'Merkitse ensin, mitä tulosteelle tapahtui.'],
    sv: ['Ärendet väntar tills dess utskrift är utredd.', 'Ange först vad som hände med utskriften.'],
    en: ['This pickup is on hold until its slip is settled.', 'First say what became of the slip.'],
  },
  'L-215': {
    fi: [
      'Tunnusta ei löytynyt.',
      'Hae nimellä tai käyttäjätunnuksella. Jos henkilöä ei löydy, ohjaa hänet helpdeskiin: tunnus luodaan siellä.',
    ],
    sv: [
      'Inget konto hittades.',
      'Sök med namn eller användarnamn. Hittas personen inte, hänvisa till helpdesk: kontot skapas där.',
    ],
    en: [
      'No account was found.',
      'Search by name or account. If there is none, send the person to the helpdesk, where accounts are made.',
    ],
  },
  'L-216': {
    fi: [
      'Henkilöllä on jo nouto pisteessä {where}. Se on pyydetty takaisin, mutta piste ei ole vielä vahvistanut.',
      'Odota hetki: yritämme uudelleen itse. Muuten nouto onnistuu siellä.',
    ],
    sv: [
      'Personen har redan ett ärende vid {where}. Det har begärts tillbaka, men disken har inte bekräftat ännu.',
      'Vänta en stund: vi försöker själva igen. Annars går det att hämta där.',
    ],
    en: [
      'A pickup already waits for this person at {where}. It has been asked back, and that desk has not answered yet.',
      'Wait a moment: this is tried again by itself. Otherwise it can be collected there.',
    ],
  },
  'L-217': {
    fi: ['Salasanan luominen heti vaatii verkkoyhteyden.', 'Mitään ei luotu. Yritä uudelleen, kun yhteys on palannut.'],
    sv: [
      'Att skapa ett lösenord genast kräver nätförbindelse.',
      'Inget skapades. Försök igen när förbindelsen är tillbaka.',
    ],
    en: [
      'Making a password on the spot needs the network.',
      'Nothing was made. Try again once the connection is back.',
    ],
  },
  'L-218': {
    fi: [
      'Salasanan luominen jäi kesken ({code}). Kesken jäänyt salasana on poistettu käytöstä.',
      'Tarkista henkilöllisyys ja yritä uudelleen.',
    ],
    sv: [
      'Lösenordet blev inte klart ({code}). Det halvfärdiga lösenordet har spärrats.',
      'Kontrollera identiteten och försök igen.',
    ],
    en: [
      'Making a password came to nothing ({code}). The unfinished password has been disabled.',
      'Check the identity and try again.',
    ],
  },
  'L-231': {
    fi: ['Seurantanumeron tarkistusnumero ei täsmää.', 'Lue viivakoodi uudelleen, tai tarkista näppäily.'],
    sv: ['Kontrollsiffran i spårningsnumret stämmer inte.', 'Läs streckkoden på nytt, eller kontrollera inmatningen.'],
    en: ['The check digit of the tracking number is wrong.', 'Scan the bar code again, or check what was keyed.'],
  },
  'L-232': {
    fi: ['Seurantanumero kuuluu jo toiselle kirjeelle.', 'Lue tämän kirjeen oma viivakoodi.'],
    sv: ['Spårningsnumret hör redan till ett annat brev.', 'Läs streckkoden på det här brevet.'],
    en: ['This tracking number belongs to another letter already.', 'Scan the bar code of this very letter.'],
  },
  'L-233': {
    fi: [
      'Tällä seurantanumerolla ei ole täältä lähetettyä kirjettä, tai se on jo kirjattu palautuneeksi.',
      'Tarkista numero, tai kysy helpdeskistä.',
    ],
    sv: [
      'Inget brev med det spårningsnumret har skickats härifrån, eller så är det redan antecknat som returnerat.',
      'Kontrollera numret, eller fråga helpdesk.',
    ],
    en: [
      'No letter with this tracking number went from here, or it is recorded as returned already.',
      'Check the number, or ask the helpdesk.',
    ],
  },
  'L-234': {
    fi: ['Kirjettä ei luovuteta, vaan se lähetetään.', 'Lue kuoren seurantanumero ja merkitse kirje lähetetyksi.'],
    sv: ['Ett brev lämnas inte över, det skickas.', 'Läs kuvertets spårningsnummer och anteckna brevet som skickat.'],
    en: [
      'A letter is not handed over, it is dispatched.',
      'Scan the number on the envelope and record it as dispatched.',
    ],
  },
  'L-235': {
    fi: ['Tähän pisteeseen ei voi pyytää toimitusta.', 'Lue kortti uudelleen tai asioi helpdeskissä.'],
    sv: ['Leverans till den här disken kan inte begäras.', 'Läs kortet på nytt, eller vänd dig till helpdesk.'],
    en: ['Delivery to this desk cannot be asked for.', 'Scan the card again, or go to the helpdesk.'],
  },
  'L-236': {
    fi: ['Pyyntöjä on tehty jo liian monta tänään.', 'Odota helpdeskin vastausta, tai asioi helpdeskissä.'],
    sv: ['För många begäranden har redan gjorts i dag.', 'Vänta på helpdesks svar, eller vänd dig till helpdesk.'],
    en: ['Too many requests have been made today.', 'Wait for the helpdesk’s answer, or go to the helpdesk.'],
  },
  'L-237': {
    fi: ['Pyyntö on jo käsitelty, tai sille ei ole käyttäjätunnusta.', 'Päivitä luettelo, tai valitse käyttäjätunnus.'],
    sv: ['Begäran är redan behandlad, eller saknar användarkonto.', 'Uppdatera listan, eller välj användarkonto.'],
    en: ['The request has been decided already, or it has no account.', 'Refresh the list, or choose the account.'],
  },
  'L-238': {
    fi: ['Tämä ei ole kirje.', 'Avaa kirje postikeskuksen luettelosta.'],
    sv: ['Det här är inget brev.', 'Öppna ett brev från postcentralens lista.'],
    en: ['This is not a letter.', 'Open a letter from the post room’s list.'],
  },
  'L-240': {
    fi: ['Palvelupiste on tauolla.', 'Palvelu jatkuu {untilAt}. Salasana odottaa täällä.'],
    sv: ['Disken har paus.', 'Den är öppen igen {untilAt}. Lösenordet väntar här.'],
    en: ['The desk is paused.', 'Back {untilAt}. The password will still be here.'],
  },
  'L-241': {
    fi: ['Saapumista ei voi enää perua.', 'Kirjaa sen sijaan, miksi tulostetta ei annettu.'],
    sv: ['Ankomsten kan inte längre ångras.', 'Anteckna i stället varför ingen utskrift gavs.'],
    en: ['This arrival can no longer be undone.', 'Record instead why no slip was given.'],
  },
  'L-242': {
    fi: ['Tähän kutsuun on jo vastattu.', 'Jatka jonosta.'],
    sv: ['Anropet är redan besvarat.', 'Fortsätt från kön.'],
    en: ['This call has been answered already.', 'Go on from the queue.'],
  },
  'L-220': {
    fi: [
      'Henkilökunnan salasanan luovuttavat vain henkilöstöpalvelut.',
      'Jos nouto on täällä, lähetä se ensin sinne. Ohjaa henkilö sinne: {where}.',
    ],
    sv: [
      'Personalens lösenord lämnas ut endast av personaltjänster.',
      'Finns ärendet här, skicka det först dit. Hänvisa personen dit: {where}.',
    ],
    en: [
      'Passwords of staff are handed over by human resources only.',
      'If the pickup is here, send it there first. Send the person there: {where}.',
    ],
  },
  'L-221': {
    fi: ['Koulutustunnuksen salasanaa ei noudeta palvelupisteestä.', 'Vaihda se osoitteessa {address}.'],
    sv: ['Lösenordet till ett utbildningskonto hämtas inte vid en disk.', 'Byt det på adressen {address}.'],
    en: ['The password of a training user ID is not collected at a desk.', 'Reset it at {address}.'],
  },
  'L-222': {
    fi: [
      'Käyttäjätunnuksen voimassaolo on päättynyt.',
      'Pyydä henkilöä kääntymään yhteyshenkilönsä puoleen: {sponsor}.',
    ],
    sv: ['Användarkontots giltighetstid har gått ut.', 'Be personen vända sig till sin kontaktperson: {sponsor}.'],
    en: ['The user account has ended.', 'Ask the person to turn to their contact person: {sponsor}.'],
  },
  'L-223': {
    fi: [
      'Käyttäjätunnuksen voimassaolo on päättynyt.',
      'Käänny yhteyshenkilösi puoleen. Jos et tiedä, kuka hän on, kysy helpdeskistä.',
    ],
    sv: [
      'Användarkontots giltighetstid har gått ut.',
      'Vänd dig till din kontaktperson. Fråga helpdesk om du inte vet vem det är.',
    ],
    en: ['The user account has ended.', 'Ask your contact person. If you do not know who that is, ask the helpdesk.'],
  },
  'L-224': {
    fi: [
      'Vahvaa sähköistä tunnistautumista ei hyväksytä tälle henkilölle.',
      'Pyydä passi, henkilökortti, oleskelulupakortti tai suomalainen ajokortti.',
    ],
    sv: [
      'Stark autentisering godtas inte för den här personen.',
      'Be om pass, identitetskort, uppehållstillståndskort eller finländskt körkort.',
    ],
    en: [
      'A Finnish bank ID or mobile certificate is not accepted for this person.',
      'Ask for a passport, identity card, residence permit card or Finnish driving licence.',
    ],
  },
  'L-225': {
    fi: ['Tässä pisteessä luovutetaan vain etukäteen valmisteltu salasana.', 'Uuden voi saada heti täältä: {where}.'],
    sv: ['Vid den här disken lämnas endast förberedda lösenord ut.', 'Ett nytt fås genast här: {where}.'],
    en: ['This desk hands over only what was prepared in advance.', 'A new one is issued on the spot at: {where}.'],
  },
  'L-226': {
    fi: ['Tähän pisteeseen ei valmistella salasanoja etukäteen.', 'Valitse toinen piste: {where}.'],
    sv: ['Lösenord förbereds inte för den här disken.', 'Välj ett annat ställe: {where}.'],
    en: ['Nothing is prepared in advance for this desk.', 'Choose another desk: {where}.'],
  },
  'L-227': {
    fi: [
      'Kirjatun kirjeen osoite puuttuu tai on vajaa.',
      'Lisää henkilölle täydellinen postiosoite ja yritä uudelleen.',
    ],
    sv: [
      'Adressen för det rekommenderade brevet saknas eller är ofullständig.',
      'Ange personens fullständiga postadress och försök igen.',
    ],
    en: [
      'The address for the registered letter is missing or incomplete.',
      'Enter the person’s full postal address and try again.',
    ],
  },
  'L-228': {
    fi: ['Kirjattua kirjettä ei lähetetä pääkaupunkiseudulle.', 'Lähimmät noutopaikat: {where}.'],
    sv: ['Rekommenderade brev skickas inte inom huvudstadsregionen.', 'Närmaste hämtställen: {where}.'],
    en: ['A registered letter is not sent within Greater Helsinki.', 'The nearest places to collect: {where}.'],
  },
  'L-229': {
    fi: [
      'Tämän maan myöntämää asiakirjaa ei hyväksytä.',
      'Pyydä passi, ETA-maan henkilökortti, oleskelulupakortti tai suomalainen ajokortti.',
    ],
    sv: [
      'Handlingar från det landet godtas inte.',
      'Be om pass, identitetskort från ett EES-land, uppehållstillståndskort eller finländskt körkort.',
    ],
    en: [
      'A document from this issuer is not accepted.',
      'Ask for a passport, an EEA identity card, a residence permit card or a Finnish driving licence.',
    ],
  },
  'L-230': {
    fi: ['Koulutustunnuksen salasanaa ei noudeta palvelupisteestä.', 'Pyydä uusi salasana kouluttajalta.'],
    sv: ['Lösenordet till ett utbildningskonto hämtas inte vid en disk.', 'Be utbildaren om ett nytt lösenord.'],
    en: ['The password of a training user ID is not collected at a desk.', 'Ask the trainer for a new one.'],
  },
  'L-243': {
    fi: ['Noutoa ei voi lähettää sille pisteelle.', 'Valitse piste luettelosta.'],
    sv: ['Ärendet kan inte skickas till den disken.', 'Välj en disk i listan.'],
    en: ['The pickup cannot be sent to that desk.', 'Choose a desk from the list.'],
  },
  'L-244': {
    fi: ['Nouto odottaa toisessa pisteessä.', 'Ohjaa henkilö sinne henkilöllisyystodistus mukana: {where}.'],
    sv: ['Ärendet väntar vid en annan disk.', 'Hänvisa personen dit med en id-handling: {where}.'],
    en: ['The pickup waits at another desk.', 'Send the person there with their ID: {where}.'],
  },
  'L-245': {
    fi: [
      'Tällä näytöllä ei ole juuri nyt yhteyttä.',
      'Mene palvelupisteelle henkilöllisyystodistus mukana: siellä noutosi nähdään.',
    ],
    sv: [
      'Den här skärmen har ingen anslutning just nu.',
      'Gå till disken med din id-handling: där ser de ditt ärende.',
    ],
    en: ['This screen has no connection just now.', 'Go to the desk with your ID: they can see your pickup.'],
  },
  'L-246': {
    fi: [
      'Rekisterissä olevaa nimeä ei voi verrata asiakirjaan koneellisesti: siinä on kirjaimia, joita asiakirjan koneluettavassa osassa ei ole, tai se ei mahdu siihen.',
      'Etsi nouto nimellä ja tarkista asiakirja itse.',
    ],
    sv: [
      'Namnet i registret kan inte jämföras maskinellt med handlingen: det har bokstäver som handlingens maskinläsbara del saknar, eller ryms inte där.',
      'Sök ärendet med namn och granska handlingen själv.',
    ],
    en: [
      'A machine cannot compare the name on record with the document: it has letters that the machine-readable lines lack, or is too long for them.',
      'Find the pickup by name, and check the document by eye.',
    ],
  },
  'L-248': {
    fi: [
      'Joku toinen luki korttinsa tai koodinsa. Hänet on merkitty saapuneeksi.',
      'Palvele ensin tämä henkilö. Toinen on luettelossa, kun palaat siihen.',
    ],
    sv: [
      'Någon annan läste in sitt kort eller sin kod. Personen är antecknad som på plats.',
      'Betjäna först den här personen. Den andra finns i listan när du går tillbaka dit.',
    ],
    en: [
      'Somebody else has scanned a card or code. They are noted as arrived.',
      'Serve this person first. The other one is in the list when you go back to it.',
    ],
  },
  'L-249': {
    fi: [
      'Luettu kortti tai koodi ei ole tämän henkilön, eikä sillä ole täällä noudettavaa.',
      'Jatka tämän henkilön palvelua. Jos toinen tarvitsee apua, palaa luetteloon ja lue se uudelleen.',
    ],
    sv: [
      'Kortet eller koden är inte den här personens, och det finns inget att hämta med det.',
      'Fortsätt med den här personen. Behöver den andra hjälp, gå tillbaka till listan och läs in det på nytt.',
    ],
    en: [
      'The card or code is not this person’s, and there is nothing to collect with it here.',
      'Go on with this person. If the other one needs help, go back to the list and scan it again.',
    ],
  },
  'L-250': {
    fi: [
      'Täällä ei ole noudettavaa, eikä tämä piste näe muita pisteitä ilman verkkoa.',
      'Tarkista noutopiste ilmoituksesta, tai lue uudelleen, kun yhteys on palannut.',
    ],
    sv: [
      'Här finns inget att hämta, och utan nät ser den här disken inte andra diskar.',
      'Kontrollera disken i meddelandet, eller läs in på nytt när förbindelsen är tillbaka.',
    ],
    en: [
      'There is nothing to collect here, and without the network this desk cannot see others.',
      'Check the desk in the message, or scan again when the connection is back.',
    ],
  },
  'L-251': {
    fi: [
      'Täällä on nouto samannimiselle, mutta hänen syntymäaikansa puuttuu rekisteristä. Asiakirja ei siksi todista, kuka hän on.',
      'Ohjaa henkilö helpdeskiin: siellä syntymäaika lisätään. Nouto odottaa täällä.',
    ],
    sv: [
      'Här finns ett ärende för någon med samma namn, men födelsedatumet saknas i registret. Därför visar handlingen inte vem personen är.',
      'Hänvisa personen till helpdesk: där läggs födelsedatumet till. Ärendet väntar här.',
    ],
    en: [
      'A pickup waits here for somebody of this name, but no birth date is on record. So the document does not prove who this is.',
      'Send the person to the helpdesk, which adds the birth date. The pickup keeps waiting here.',
    ],
  },
  'L-252': {
    fi: [
      'Noutokoodilla ei ole noudettavaa tässä pisteessä.',
      'Tarkista noutopiste ilmoituksesta. Uudempi ilmoitus korvaa vanhan koodin.',
    ],
    sv: [
      'Det finns inget att hämta med hämtkoden vid den här disken.',
      'Kontrollera disken i meddelandet. Ett nyare meddelande ersätter en gammal kod.',
    ],
    en: [
      'There is nothing to collect here with this pickup code.',
      'Check the desk in the message. A newer message takes the place of an old code.',
    ],
  },
  'L-253': {
    fi: [
      'Korttia ei tunneta.',
      'Pyydä henkilöllisyystodistus tai noutokoodi. Jos kortti on oikea, helpdesk lisää sen.',
    ],
    sv: ['Kortet är inte känt.', 'Be om en id-handling eller hämtkoden. Är kortet rätt, lägger helpdesk till det.'],
    en: [
      'The card is not known.',
      'Ask for an identity document or the pickup code. If it is the right card, the helpdesk adds it.',
    ],
  },
  'L-301': {
    fi: ['{document} on vanhentunut.', 'Pyydä voimassa oleva henkilöllisyystodistus. Salasana odottaa täällä.'],
    sv: ['{document} har gått ut.', 'Be om en giltig id-handling. Lösenordet väntar här.'],
    en: ['{document} has expired.', 'Ask for a valid identity document. The password will still be here.'],
  },
  'L-302': {
    fi: ['Asiakirjan tiedot eivät täsmää noutoon.', 'Älä anna tulostetta. Ohjaa henkilö helpdeskiin.'],
    sv: ['Handlingens uppgifter stämmer inte med ärendet.', 'Ge inte utskriften. Hänvisa personen till helpdesk.'],
    en: ['The document does not match the pickup.', 'Do not give the slip. Send the person to the helpdesk.'],
  },
  'L-303': {
    fi: ['Asiakirjaa ei voitu lukea luotettavasti.', 'Lue se uudelleen tai tarkista asiakirja itse.'],
    sv: ['Handlingen kunde inte läsas tillförlitligt.', 'Läs in den på nytt eller granska handlingen själv.'],
    en: ['The document could not be read reliably.', 'Scan it again, or check the document by eye.'],
  },
  'L-304': {
    fi: ['Tätä asiakirjaa ei hyväksytä.', 'Pyydä passi, henkilökortti, oleskelulupakortti tai suomalainen ajokortti.'],
    sv: [
      'Den här handlingen godtas inte.',
      'Be om pass, identitetskort, uppehållstillståndskort eller finländskt körkort.',
    ],
    en: [
      'This document is not accepted.',
      'Ask for a passport, identity card, residence permit card or Finnish driving licence.',
    ],
  },
  'L-305': {
    fi: ['Syntymäaika ei täsmää.', 'Tarkista näppäily. Jos se on oikein, ohjaa henkilö helpdeskiin.'],
    sv: ['Födelsedatumet stämmer inte.', 'Kontrollera inmatningen. Är den rätt, hänvisa personen till helpdesk.'],
    en: ['The birth date does not match.', 'Check what was keyed. If it is right, send the person to the helpdesk.'],
  },
  'L-306': {
    fi: ['Syntymäaikaa ei ole tiedossa, joten henkilöllisyyttä ei voi todeta tässä.', 'Ohjaa henkilö helpdeskiin.'],
    sv: ['Födelsedatumet är inte känt, så identiteten kan inte styrkas här.', 'Hänvisa personen till helpdesk.'],
    en: ['There is no birth date on record, so identity cannot be proved here.', 'Send the person to the helpdesk.'],
  },
  'L-307': {
    fi: ['Henkilöllisyyden varmistus on vanhentunut tai käytetty.', 'Tarkista henkilöllisyys uudelleen.'],
    sv: ['Identitetskontrollen har gått ut eller använts.', 'Kontrollera identiteten på nytt.'],
    en: ['The verification has expired or been spent.', 'Check the identity again.'],
  },
  'L-308': {
    fi: [
      'Asiakirjalla ei löydy noudettavaa tästä pisteestä.',
      'Tarkista noutopiste ilmoituksesta tai etsi jonosta nimellä.',
    ],
    sv: [
      'Ingenting att hämta hittades med handlingen vid den här disken.',
      'Kontrollera hämtstället i meddelandet eller sök med namn i kön.',
    ],
    en: ['No pickup at this desk matches the document.', 'Check the desk in the notice, or search the queue by name.'],
  },
  'L-309': {
    fi: ['Kortti kertoo kuka, mutta ei todista henkilöllisyyttä.', 'Pyydä passi tai muu hyväksytty asiakirja.'],
    sv: ['Kortet visar vem, men styrker inte identiteten.', 'Be om pass eller annan godtagen handling.'],
    en: ['The card says who, but proves nothing.', 'Ask for a passport or another accepted document.'],
  },
  'L-310': {
    fi: ['Tähän tarvitaan toinenkin virkailija.', 'Pyydä työtoveria lukemaan kulkukorttinsa ja antamaan PIN.'],
    sv: [
      'Här behövs ytterligare en person ur personalen.',
      'Be en kollega läsa in sitt passerkort och ange PIN-koden.',
    ],
    en: ['This needs a second member of staff.', 'Ask a colleague to scan their badge and enter their PIN.'],
  },
  'L-311': {
    fi: ['Vahvistajan pitää olla joku muu kuin sinä.', 'Pyydä työtoveria lukemaan oma kulkukorttinsa.'],
    sv: ['Någon annan än du måste bekräfta.', 'Be en kollega läsa sitt eget passerkort.'],
    en: ['Somebody other than you must confirm.', 'Ask a colleague to scan a badge of their own.'],
  },
  'L-312': {
    fi: ['Sähköistä tunnistamista ei ole otettu käyttöön.', 'Pyydä henkilöllisyystodistus.'],
    sv: ['Stark autentisering används inte här.', 'Be om en id-handling.'],
    en: ['Electronic identification is not set up here.', 'Ask for an identity document.'],
  },
  'L-313': {
    fi: ['Sähköinen tunnistaminen vaatii verkkoyhteyden.', 'Pyydä henkilöllisyystodistus tai odota yhteyttä.'],
    sv: ['Stark autentisering kräver nätförbindelse.', 'Be om en id-handling eller vänta på förbindelsen.'],
    en: ['Electronic identification needs the network.', 'Ask for an identity document, or wait for the connection.'],
  },
  'L-314': {
    fi: ['Tälle henkilölle ei riitä sähköinen tunnistaminen.', 'Pyydä henkilöllisyystodistus.'],
    sv: ['Stark autentisering godtas inte för den här personen.', 'Be om en id-handling.'],
    en: ['Electronic identification is not accepted for this person.', 'Ask for an identity document.'],
  },
  'L-315': {
    fi: ['Tunnistautuminen peruttiin puhelimessa.', 'Aloita uudelleen tai pyydä henkilöllisyystodistus.'],
    sv: ['Identifieringen avbröts på telefonen.', 'Börja om eller be om en id-handling.'],
    en: ['The identification was cancelled on the phone.', 'Start again, or ask for an identity document.'],
  },
  'L-316': {
    fi: ['Tunnistautumisen aika päättyi.', 'Aloita uudelleen: uusi koodi näkyy ruudulla.'],
    sv: ['Tiden för identifieringen gick ut.', 'Börja om: en ny kod visas på skärmen.'],
    en: ['The time for the identification ran out.', 'Start again: a new code appears on the screen.'],
  },
  'L-317': {
    fi: [
      'Puhelimella tunnistautui joku muu kuin noutaja.',
      'Älä anna tulostetta. Jos henkilö on oikea, pyydä henkilöllisyystodistus.',
    ],
    sv: [
      'Någon annan än mottagaren identifierade sig på telefonen.',
      'Ge inte utskriften. Är personen rätt, be om en id-handling.',
    ],
    en: [
      'Somebody other than the recipient was identified on the phone.',
      'Do not give the slip. If it is the right person, ask for an identity document.',
    ],
  },
  'L-318': {
    fi: ['Tunnistautumisen osoite on jo käytetty tai väärä.', 'Aloita uudelleen ja lue uusi koodi puhelimella.'],
    sv: ['Adressen för identifieringen är redan använd eller fel.', 'Börja om och läs den nya koden med telefonen.'],
    en: [
      'The address for the identification has been used, or is wrong.',
      'Start again and scan the new code with the phone.',
    ],
  },
  'L-319': {
    fi: ['Tunnistuspalvelu ei vastaa.', 'Yritä hetken päästä uudelleen tai pyydä henkilöllisyystodistus.'],
    sv: ['Identifieringstjänsten svarar inte.', 'Försök igen om en stund eller be om en id-handling.'],
    en: ['The identification service does not answer.', 'Try again in a moment, or ask for an identity document.'],
  },
  'L-320': {
    fi: [
      'Tunnistautumistapa ei ole riittävän vahva.',
      'Aloita uudelleen ja valitse pankkitunnus tai mobiilivarmenne, tai pyydä henkilöllisyystodistus.',
    ],
    sv: [
      'Identifieringssättet är inte starkt nog.',
      'Börja om och välj bankkoder eller mobilcertifikat, eller be om en id-handling.',
    ],
    en: [
      'The means of identification is not strong enough.',
      'Start again and choose a bank ID or mobile certificate, or ask for an identity document.',
    ],
  },
  'L-321': {
    fi: ['Tunnistautuminen oli tehty jo aiemmin eikä nyt.', 'Aloita uudelleen ja tunnistaudu puhelimella alusta asti.'],
    sv: ['Identifieringen var gjord tidigare och inte nu.', 'Börja om och identifiera dig på telefonen från början.'],
    en: ['The identification was made earlier, not now.', 'Start again and identify on the phone from the beginning.'],
  },
  'L-322': {
    fi: [
      'Tunnistuspalvelun vastausta ei voitu varmistaa.',
      'Aloita uudelleen tai pyydä henkilöllisyystodistus. Ilmoita ylläpidolle, jos sama toistuu.',
    ],
    sv: [
      'Identifieringstjänstens svar kunde inte bekräftas.',
      'Börja om eller be om en id-handling. Meddela administratören om det upprepas.',
    ],
    en: [
      'The identification service’s answer could not be verified.',
      'Start again, or ask for an identity document. Tell the administrator if it happens again.',
    ],
  },
  'L-323': {
    fi: [
      'Henkilön syntymäaika on näppäilty väärin liian monta kertaa.',
      'Lue henkilöllisyystodistus lukijalla tai ohjaa henkilö helpdeskiin. Tunnin kuluttua voi yrittää uudelleen.',
    ],
    sv: [
      'Personens födelsedatum har matats in fel för många gånger.',
      'Läs id-handlingen med läsaren eller hänvisa personen till helpdesk. Om en timme går det att försöka igen.',
    ],
    en: [
      'The person’s birth date has been keyed wrongly too many times.',
      'Read the identity document with the reader, or send the person to the helpdesk. It can be tried again in an hour.',
    ],
  },
  'L-324': {
    fi: [
      'Asiakirjassa on syntymäajasta vain osa, ja tiedossa on koko päivä.',
      'Pyydä asiakirja, jossa on koko syntymäaika, ja lue se tai tarkista se itse. Muuten ohjaa henkilö helpdeskiin.',
    ],
    sv: [
      'Handlingen har bara en del av födelsedatumet, och hela datumet är känt.',
      'Be om en handling med hela födelsedatumet och läs in den eller granska den själv. Hänvisa annars personen till helpdesk.',
    ],
    en: [
      'The document gives only a part of the birth date, and the record has all of it.',
      'Ask for a document with the whole birth date, and scan it or check it by eye. Otherwise send the person to the helpdesk.',
    ],
  },
  'L-325': {
    fi: [
      'Asiakirjan myöntäjän lyhennettä ei tunneta.',
      'Lue asiakirja uudelleen. Jos sama toistuu, tarkista asiakirja itse.',
    ],
    sv: [
      'Förkortningen för handlingens utfärdare är okänd.',
      'Läs in handlingen på nytt. Om samma sak upprepas, granska handlingen själv.',
    ],
    en: [
      'The code of the document’s issuer is not known.',
      'Scan the document again. If the same happens, check the document by eye.',
    ],
  },
  'L-326': {
    fi: [
      'Teksti näyttää henkilöasiakirjan riveiltä, mutta sitä ei luettu asiakirjasta. Sitä ei käytetty.',
      'Lue itse asiakirja asiakirjanlukijalla tai tarkista se itse. Viivakoodi tai puhelimen ruutu ei kelpaa.',
    ],
    sv: [
      'Texten ser ut som raderna i en id-handling men lästes inte från en handling. Den användes inte.',
      'Läs själva handlingen med en dokumentläsare eller granska den själv. En streckkod eller en telefonskärm duger inte.',
    ],
    en: [
      'The text looks like the lines of an identity document, but was not read off one. It was not used.',
      'Scan the document itself with a document reader, or check it by eye. A bar code or a phone’s screen does not do.',
    ],
  },
  'L-327': {
    fi: [
      'Vahva sähköinen tunnistautuminen ei toimi: keskuspalvelimen asetukset tunnistuspalvelua varten ovat väärät.',
      'Pyydä henkilöllisyystodistus. Ilmoita ylläpidolle: keskuspalvelimen loki kertoo, mikä asetus on väärin.',
    ],
    sv: [
      'Den starka autentiseringen fungerar inte: centralserverns inställningar för identifieringstjänsten är fel.',
      'Be om en id-handling. Meddela administratören: centralserverns logg anger vilken inställning som är fel.',
    ],
    en: [
      'Electronic identification does not work: the hub’s settings for the identification service are wrong.',
      'Ask for an identity document. Tell the administrator: the hub’s log names the setting.',
    ],
  },
  'L-328': {
    fi: [
      'Vahva sähköinen tunnistautuminen ei toimi: tunnistuspalvelun ja keskuspalvelimen kellot eroavat liikaa.',
      'Pyydä henkilöllisyystodistus. Ilmoita ylläpidolle: keskuspalvelimen loki kertoo, kuinka paljon kellot eroavat.',
    ],
    sv: [
      'Den starka autentiseringen fungerar inte: identifieringstjänstens och centralserverns klockor skiljer sig för mycket.',
      'Be om en id-handling. Meddela administratören: centralserverns logg anger hur mycket klockorna skiljer sig.',
    ],
    en: [
      'Electronic identification does not work: the clocks of the identification service and of the hub differ too much.',
      'Ask for an identity document. Tell the administrator: the hub’s log says by how much the clocks differ.',
    ],
  },
  'L-332': {
    fi: [
      'Täällä on toinen henkilö, jolla on sama nimi ja syntymäaika.',
      'Lue henkilön kortti tai noutokoodi, tai kysy käyttäjätunnusta ja valitse se.',
    ],
    sv: [
      'Här finns en annan person med samma namn och födelsedatum.',
      'Läs av personens kort eller hämtkod, eller fråga efter användarnamnet och välj det.',
    ],
    en: [
      'Somebody else here has the same name and date of birth.',
      'Scan the person’s card or pickup code, or ask for their user name and choose it.',
    ],
  },
  'L-333': {
    fi: [
      'Asiakirja ei yksin riitä kertomaan, kuka olet.',
      'Lue korttisi tai noutokoodisi, tai käänny palvelupisteen puoleen.',
    ],
    sv: [
      'Handlingen räcker inte ensam för att visa vem du är.',
      'Läs av ditt kort eller din hämtkod, eller vänd dig till disken.',
    ],
    en: ['The document alone does not tell who you are.', 'Scan your card or your pickup code, or ask at the desk.'],
  },
  'L-334': {
    fi: [
      'Tiedostossa on nouto, jota ei voi antaa ({place}): {why}',
      'Tiedostosta ei otettu mitään. Korjaa nouto tai säännöt ja lue tiedosto uudelleen.',
    ],
    sv: [
      'I filen finns ett ärende som inte kan utfärdas ({place}): {why}',
      'Inget av filen togs in. Rätta ärendet eller reglerna och läs in filen på nytt.',
    ],
    en: [
      'The file has a pickup that may not be issued ({place}): {why}',
      'Nothing of the file was taken in. Correct the pickup or the rules, and read the file again.',
    ],
  },
  'L-335': {
    fi: [
      'Lukija ei kertonut, että tämä luettiin asiakirjasta. Tekstiä ei käytetty.',
      'Lue asiakirja uudelleen, tarvittaessa kolme kertaa, tai tarkista se itse. Jos tämä toistuu, kerro ylläpidolle: lukijan on lähetettävä tunnisteensa (]o) myös asiakirjojen eteen.',
    ],
    sv: [
      'Läsaren sade inte att detta lästes från en handling. Texten användes inte.',
      'Läs handlingen igen, vid behov tre gånger, eller granska den själv. Om detta upprepas, meddela administratören: läsaren måste sända sin beteckning (]o) också före handlingar.',
    ],
    en: [
      'The reader did not say that this was read off a document. The text was not used.',
      'Scan the document again, three times if need be, or check it by eye. If this goes on, tell the administrator: the reader must send its identifier (]o) before documents too.',
    ],
  },
  'L-336': {
    fi: [
      'Asiakirjan koneluettavassa osassa nimi on lyhennetty niin, että se voi olla useamman henkilön.',
      'Etsi nouto nimellä ja vertaa asiakirjaan painettua nimeä itse.',
    ],
    sv: [
      'I handlingens maskinläsbara del är namnet så förkortat att det kan vara fleras.',
      'Sök ärendet med namn och jämför själv namnet som är tryckt på handlingen.',
    ],
    en: [
      'In the machine-readable lines the name is cut so short that it may be more than one person’s.',
      'Find the pickup by name, and compare the name printed on the document by eye.',
    ],
  },
  'L-340': {
    fi: [
      'Tämän henkilön tietoja on juuri korjattu.',
      'Katso tiedot uudelleen ja tarkista henkilöllisyys uudelleen. Aiempi tarkistus ei ole enää voimassa.',
    ],
    sv: [
      'Uppgifterna om den här personen har just rättats.',
      'Se på uppgifterna igen och kontrollera identiteten på nytt. Den tidigare kontrollen gäller inte längre.',
    ],
    en: [
      'Something about this person has just been corrected.',
      'Look at the details again and check the identity anew. The earlier check no longer counts.',
    ],
  },
  'L-401': {
    fi: ['Kukaan ei ole kirjautunut.', 'Lue kulkukorttisi ja anna PIN.'],
    sv: ['Ingen är inloggad.', 'Läs ditt passerkort och ange PIN-koden.'],
    en: ['Nobody is signed in.', 'Scan your badge and enter your PIN.'],
  },
  'L-402': {
    fi: ['PIN on väärä. Yrityksiä jäljellä: {left}.', 'Yritä uudelleen.'],
    sv: ['Fel PIN-kod. Försök kvar: {left}.', 'Försök på nytt.'],
    en: ['The PIN is wrong. Attempts left: {left}.', 'Try again.'],
  },
  'L-403': {
    fi: ['Liian monta väärää PIN-koodia.', 'Odota {minutes} minuuttia tai pyydä esihenkilöä.'],
    sv: ['För många felaktiga PIN-koder.', 'Vänta {minutes} minuter eller be arbetsledaren.'],
    en: ['Too many wrong PINs.', 'Wait {minutes} minutes, or ask a supervisor.'],
  },
  'L-404': {
    fi: ['Tällä kulkukortilla ei ole PIN-koodia tässä kioskissa.', 'Pyydä kirjautunutta esihenkilöä lisäämään sinut.'],
    sv: ['Passerkortet har ingen PIN-kod i den här kiosken.', 'Be en inloggad arbetsledare lägga till dig.'],
    en: ['This badge has no PIN at this kiosk.', 'Ask a signed-in supervisor to add you.'],
  },
  'L-405': {
    fi: ['Tähän tarvitaan esihenkilö.', 'Pyydä esihenkilöä kirjautumaan.'],
    sv: ['Detta kräver en arbetsledare.', 'Be arbetsledaren logga in.'],
    en: ['This needs a supervisor.', 'Ask a supervisor to sign in.'],
  },
  'L-406': {
    fi: ['PIN-koodi on liian helppo.', 'Valitse vähintään kuusi numeroa, ei sarjaa eikä toistoa.'],
    sv: ['PIN-koden är för enkel.', 'Välj minst sex siffror, ingen serie eller upprepning.'],
    en: ['The PIN is too easy.', 'Choose at least six digits, no sequence and no repetition.'],
  },
  'L-407': {
    fi: ['Kulkukortin lukemista ei odoteta nyt.', 'Lue kulkukortti ensin.'],
    sv: ['Inget passerkort har lästs.', 'Läs passerkortet först.'],
    en: ['No badge has been read.', 'Scan the badge first.'],
  },
  'L-408': {
    fi: ['Roolillasi ei voi palvella tällaisessa pisteessä.', 'Pyydä tämän pisteen henkilökuntaa palvelemaan.'],
    sv: ['Med din roll kan du inte arbeta vid en sådan här disk.', 'Be diskens egen personal hjälpa kunden.'],
    en: ['Your role does not serve at this kind of desk.', 'Ask the staff of this desk to serve.'],
  },
  'L-409': {
    fi: [
      'Kioski on ollut liian kauan yhteydettä keskuspalvelimeen.',
      'Yhdistä verkko. Kirjautuminen toimii, kun yhteys on palannut.',
    ],
    sv: [
      'Kiosken har för länge saknat förbindelse med centralservern.',
      'Anslut nätet. Inloggningen fungerar när förbindelsen är tillbaka.',
    ],
    en: [
      'The kiosk has been without the hub for too long.',
      'Connect the network. Sign-in works once the hub has answered.',
    ],
  },
  'L-410': {
    fi: [
      'PIN-koodi on liian lyhyt tälle kioskille.',
      'Valitse vähintään {digits} numeroa tai {letters} merkin tunnuslause.',
    ],
    sv: [
      'PIN-koden är för kort för den här kiosken.',
      'Välj minst {digits} siffror eller en lösenfras på {letters} tecken.',
    ],
    en: [
      'The PIN is too short for this kiosk.',
      'Choose at least {digits} digits, or a passphrase of {letters} characters.',
    ],
  },
  'L-411': {
    fi: [
      'PIN-koodisi on liian lyhyt avaamaan kuoria ilman verkkoa.',
      'Vaihda PIN pidemmäksi tai odota verkkoyhteyttä.',
    ],
    sv: ['Din PIN-kod är för kort för att öppna kuvert utan nät.', 'Byt till en längre PIN-kod eller vänta på nätet.'],
    en: [
      'Your PIN is too short to open envelopes without the network.',
      'Change it for a longer one, or wait for the network.',
    ],
  },
  'L-412': {
    fi: ['Omaa PIN-koodia ei voi poistaa.', 'Vaihda PIN tai pyydä toista esihenkilöä.'],
    sv: ['Den egna PIN-koden kan inte tas bort.', 'Byt PIN-kod eller be en annan arbetsledare.'],
    en: ['You cannot remove your own PIN.', 'Change it, or ask another supervisor.'],
  },
  'L-413': {
    fi: ['Uuden työtoverin voi esitellä vain verkon ollessa käytössä.', 'Odota yhteyttä tai pyydä esihenkilöä.'],
    sv: ['En ny kollega kan presenteras bara när nätet fungerar.', 'Vänta på förbindelsen eller be arbetsledaren.'],
    en: ['A new colleague can be introduced only while online.', 'Wait for the network, or ask a supervisor.'],
  },
  'L-414': {
    fi: ['Tämä ei ole sinun kulkukorttisi.', 'Lue oma kulkukorttisi.'],
    sv: ['Det här är inte ditt passerkort.', 'Läs ditt eget passerkort.'],
    en: ['This is not your badge.', 'Scan your own badge.'],
  },
  'L-415': {
    fi: [
      'Vain yksi työntekijä voi kirjautua tähän kioskiin.',
      'Lisää toinen: muuten piste on kiinni, kun hän on poissa.',
    ],
    sv: [
      'Bara en anställd kan logga in vid den här kiosken.',
      'Lägg till en till: annars är disken stängd när hen är borta.',
    ],
    en: [
      'Only one member of staff can sign in at this kiosk.',
      'Add another: or the desk is closed whenever they are away.',
    ],
  },
  'L-416': {
    fi: ['Tulostinta ei ole kokeiltu tänään.', 'Tulosta koetuloste.'],
    sv: ['Skrivaren har inte provats i dag.', 'Skriv ut en provutskrift.'],
    en: ['The printer has not been tried today.', 'Print a test slip.'],
  },
  'L-417': {
    fi: [
      'Levytilaa on jäljellä vain {megabytes} Mt.',
      'Pyydä ylläpitoa vapauttamaan tilaa. Kun levy täyttyy, mitään ei voi luovuttaa.',
    ],
    sv: [
      'Det finns bara {megabytes} MB ledigt på disken.',
      'Be administratören frigöra utrymme. När disken är full kan inget lämnas ut.',
    ],
    en: [
      'Only {megabytes} MB of disk space are left.',
      'Ask the administrator to free some. On a full disk nothing can be handed over.',
    ],
  },
  'L-418': {
    fi: ['Päivitys odottaa.', 'Se asennetaan itsestään, kun kukaan ei ole kirjautuneena.'],
    sv: ['En uppdatering väntar.', 'Den installeras av sig själv när ingen är inloggad.'],
    en: ['An update is waiting.', 'It installs by itself when nobody is signed in.'],
  },
  'L-419': {
    fi: [
      'Keskuspalvelimeen ei ole saatu yhteyttä sitten {sinceAt}.',
      'Tarkista verkko. Sen jälkeen lisätyt noudot eivät näy tässä.',
    ],
    sv: [
      'Ingen kontakt med centralservern sedan {sinceAt}.',
      'Kontrollera nätet. Ärenden som tillkommit efter det syns inte här.',
    ],
    en: ['No contact with the hub since {sinceAt}.', 'Check the network. Pickups added since then are not here.'],
  },
  'L-420': {
    fi: [
      'Tietokoneen kello on {minutes} min väärässä.',
      'Piste käyttää keskuspalvelimen aikaa. Pyydä ylläpitoa korjaamaan kello.',
    ],
    sv: [
      'Datorns klocka går {minutes} min fel.',
      'Disken följer centralserverns tid. Be administratören ställa klockan.',
    ],
    en: [
      'The computer’s clock is {minutes} minutes off.',
      'The desk keeps the hub’s time. Ask the administrator to set the clock.',
    ],
  },
  'L-421': {
    fi: [
      '{count} kirjausta on odottanut lähettämistä, vanhin {sinceAt} alkaen.',
      'Tarkista verkko. Kirjaukset ovat tallessa.',
    ],
    sv: [
      '{count} anteckningar väntar på att sändas, den äldsta sedan {sinceAt}.',
      'Kontrollera nätet. Anteckningarna är sparade.',
    ],
    en: ['{count} records wait to be sent, the oldest since {sinceAt}.', 'Check the network. The records are safe.'],
  },
  'L-422': {
    fi: [
      'Pisteellä ei ole avausavainta, jonka keskuspalvelin tuntee.',
      'Yhdistä verkko, tai pyydä esihenkilöä ottamaan kioski käyttöön.',
    ],
    sv: [
      'Disken har ingen öppningsnyckel som centralservern känner till.',
      'Anslut nätet, eller be arbetsledaren registrera kiosken.',
    ],
    en: [
      'The desk has no opening key that the hub knows of.',
      'Connect the network, or ask a supervisor to set the kiosk up.',
    ],
  },
  'L-423': {
    fi: ['{count} tulostetta on selvittämättä.', 'Avaa ne jonosta ja kerro, mitä niille tapahtui.'],
    sv: ['{count} utskrifter är inte utredda.', 'Öppna dem i kön och ange vad som hände.'],
    en: ['{count} slips are not settled.', 'Open them in the queue and say what became of them.'],
  },
  'L-424': {
    fi: ['Kenenkään PIN ei riitä luovuttamiseen ilman verkkoa.', 'Valitkaa pidempi PIN tai tunnuslause.'],
    sv: ['Ingens PIN-kod räcker för utlämning utan nät.', 'Välj en längre PIN-kod eller en lösenfras.'],
    en: ['Nobody’s PIN is enough to hand over without the network.', 'Choose a longer PIN, or a passphrase.'],
  },
  'L-425': {
    fi: ['Kukaan ei voi kirjautua tähän kioskiin.', 'Esihenkilön on luettava kulkukorttinsa ja valittava PIN.'],
    sv: ['Ingen kan logga in vid den här kiosken.', 'En arbetsledare måste läsa sitt passerkort och välja en PIN-kod.'],
    en: ['Nobody can sign in at this kiosk.', 'A supervisor must scan a badge and choose a PIN.'],
  },
  'L-426': {
    fi: ['Paperi on loppumassa.', 'Pidä uusi rulla käden ulottuvilla.'],
    sv: ['Pappret tar snart slut.', 'Ha en ny rulle till hands.'],
    en: ['The paper is running low.', 'Keep a new roll at hand.'],
  },
  'L-427': {
    fi: ['Tulostin ei kerro tilaansa.', 'Katso itse jokainen tuloste.'],
    sv: ['Skrivaren meddelar inte sitt läge.', 'Kontrollera varje utskrift själv.'],
    en: ['The printer does not say how it is.', 'Look at every slip yourself.'],
  },
  'L-428': {
    fi: ['Kioski ei ole vielä saanut yhteyttä keskuspalvelimeen.', 'Tarkista verkko.'],
    sv: ['Kiosken har ännu inte haft kontakt med centralservern.', 'Kontrollera nätet.'],
    en: ['The kiosk has had no contact with the hub yet.', 'Check the network.'],
  },
  'L-430': {
    fi: [
      'Pisteelle ei tule uusia noutoja, ennen kuin esihenkilö on vahvistanut sen avausavaimen.',
      'Pyydä esihenkilöä kirjoittamaan konsoliin nämä merkit: {fingerprint}',
    ],
    sv: [
      'Disken får inga nya avhämtningar förrän en arbetsledare har bekräftat dess öppningsnyckel.',
      'Be en arbetsledare skriva in de här tecknen i konsolen: {fingerprint}',
    ],
    en: [
      'The desk gets no new pickups until a supervisor has confirmed its opening key.',
      'Ask a supervisor to type these letters at the console: {fingerprint}',
    ],
  },
  'L-431': {
    fi: [
      'Tämän kioskin avausavain on hylätty konsolissa.',
      'Kun joku kirjautuu kulkukortilla ja PINillä, kioski tekee uuden avaimen. Esihenkilö vahvistaa sen konsolissa.',
    ],
    sv: [
      'Den här kioskens öppningsnyckel har avvisats i konsolen.',
      'När någon loggar in med passerkort och PIN-kod gör kiosken en ny nyckel. En arbetsledare bekräftar den i konsolen.',
    ],
    en: [
      'This kiosk’s opening key was refused at the console.',
      'When somebody signs in with badge and PIN, the kiosk makes a new one. A supervisor then confirms it at the console.',
    ],
  },
  'L-432': {
    fi: [
      'Keskuspalvelimelle on annettu tämän kioskin nimissä toinen avausavain.',
      'Pyydä esihenkilöä hylkäämään se konsolissa ja ilmoita ylläpidolle: jollakulla voi olla tämän kioskin avaimet.',
    ],
    sv: [
      'Centralservern har fått en annan öppningsnyckel i den här kioskens namn.',
      'Be en arbetsledare avvisa den i konsolen och meddela administratören: någon kan ha den här kioskens nycklar.',
    ],
    en: [
      'The hub was given another opening key in this kiosk’s name.',
      'Ask a supervisor to refuse it at the console, and tell the administrator: somebody may have this kiosk’s keys.',
    ],
  },
  'L-433': {
    fi: [
      'Pisteelle ei tule uusia noutoja, ennen kuin esihenkilö on vahvistanut sen avausavaimen.',
      'Kirjaudu kulkukortilla ja PINillä: merkit tulevat tähän.',
    ],
    sv: [
      'Disken får inga nya avhämtningar förrän en arbetsledare har bekräftat dess öppningsnyckel.',
      'Logga in med passerkort och PIN-kod: tecknen visas här.',
    ],
    en: [
      'The desk gets no new pickups until a supervisor has confirmed its opening key.',
      'Sign in with badge and PIN: the letters appear here.',
    ],
  },
  'L-434': {
    fi: ['Uudet noudot eivät avaudu {count} työntekijälle.', 'Lisää heidät uudelleen: he valitsevat uuden PINin.'],
    sv: ['Nya avhämtningar öppnas inte för {count} medarbetare.', 'Lägg till dem på nytt: de väljer en ny PIN-kod.'],
    en: ['New pickups do not open for {count} members of staff.', 'Add them again: they choose a new PIN.'],
  },
  'L-435': {
    fi: ['Uudet noudot eivät avaudu sinulle.', 'Pyydä työtoveria, jolle ne avautuvat, lisäämään sinut uudelleen.'],
    sv: ['Nya avhämtningar öppnas inte för dig.', 'Be en kollega som de öppnas för att lägga till dig på nytt.'],
    en: ['New pickups do not open for you.', 'Ask a colleague for whom they open to add you again.'],
  },
  'L-436': {
    fi: [
      'Vain tämä henkilö voi avata osan noudoista. Uusi PIN tekisi niistä avaamattomia.',
      'Pyydä häntä kirjautumaan ja lisäämään sinut.',
    ],
    sv: [
      'Endast den här personen kan öppna vissa avhämtningar. Med en ny PIN-kod skulle ingen kunna det.',
      'Be personen logga in och lägga till dig.',
    ],
    en: [
      'Only this person can open some of the pickups. With a new PIN nobody could.',
      'Ask them to sign in and to add you.',
    ],
  },
  'L-437': {
    fi: [
      'Uusi avausavain on jaettu jollekin, joka ei enää työskentele tällä pisteellä. Se hylättiin.',
      'Kioski tekee toisen, kun joku kirjautuu. Ilmoita tietoturvavastaavalle, jos näin käy uudelleen.',
    ],
    sv: [
      'Den nya öppningsnyckeln är delad med någon som inte längre arbetar vid den här disken. Den avvisades.',
      'Kiosken gör en annan när någon loggar in. Meddela den säkerhetsansvariga om det händer igen.',
    ],
    en: [
      'The new opening key is shared with somebody who no longer works at this desk. It was refused.',
      'The kiosk makes another when somebody signs in. Tell the security officer if this happens again.',
    ],
  },
  'L-438': {
    fi: [
      'Kioski ei ole vielä kertonut, kenellä tämä avausavain on.',
      'Odota, että kioski on yhteydessä, ja kirjoita merkit uudelleen. Jos tämä toistuu, hylkää avain.',
    ],
    sv: [
      'Kiosken har ännu inte sagt vem som har den här öppningsnyckeln.',
      'Vänta tills kiosken har kontakt och skriv in tecknen på nytt. Om det upprepas, avvisa nyckeln.',
    ],
    en: [
      'The kiosk has not yet said who holds this opening key.',
      'Wait until the kiosk is connected, then type the letters again. If this repeats, refuse the key.',
    ],
  },
  'L-501': {
    fi: ['Paperi on loppu.', 'Vaihda paperirulla ja sulje kansi.'],
    sv: ['Pappret är slut.', 'Byt pappersrulle och stäng locket.'],
    en: ['The printer is out of paper.', 'Change the roll and close the cover.'],
  },
  'L-502': {
    fi: ['Tulostimen kansi on auki.', 'Sulje kansi.'],
    sv: ['Skrivarens lock är öppet.', 'Stäng locket.'],
    en: ['The printer’s cover is open.', 'Close the cover.'],
  },
  'L-503': {
    fi: ['Tulostin ei vastaa.', 'Tarkista virta ja johto.'],
    sv: ['Skrivaren svarar inte.', 'Kontrollera ström och kabel.'],
    en: ['The printer does not answer.', 'Check the power and the cable.'],
  },
  'L-504': {
    fi: ['Tulostimessa on vika.', 'Katso tulostimen merkkivaloa ja poista tukos.'],
    sv: ['Skrivaren har ett fel.', 'Se skrivarens lampa och ta bort stoppet.'],
    en: ['The printer reports an error.', 'Look at its light and clear the jam.'],
  },
  'L-505': {
    fi: [
      'Salasanaa ei voi tulostaa täsmälleen tällä tulostimella.',
      'Helpdesk antaa uuden salasanan. Mitään ei tulostettu.',
    ],
    sv: [
      'Lösenordet kan inte skrivas ut exakt med den här skrivaren.',
      'Helpdesk utfärdar ett nytt lösenord. Inget skrevs ut.',
    ],
    en: [
      'The password cannot be printed exactly on this printer.',
      'The helpdesk issues another. Nothing was printed.',
    ],
  },
  'L-506': {
    fi: ['Tuloste jäi epävarmaksi.', 'Katso tulostinta ja kerro, mitä tulosteelle tapahtui.'],
    sv: ['Utskriften är osäker.', 'Se efter i skrivaren och ange vad som hände med utskriften.'],
    en: ['It is not certain that the slip was printed.', 'Look at the printer and say what became of the slip.'],
  },
  'L-507': {
    fi: [
      'Tulostimessa voi olla jäljellä keskeneräinen työ.',
      'Sammuta tulostin, odota kymmenen sekuntia ja käynnistä se.',
    ],
    sv: [
      'En halvfärdig utskrift kan finnas kvar i skrivaren.',
      'Stäng av skrivaren, vänta tio sekunder och slå på den.',
    ],
    en: ['An unfinished job may remain in the printer.', 'Switch the printer off, wait ten seconds, switch it on.'],
  },
  'L-508': {
    fi: ['Tulostin ei kerro tilaansa.', 'Pyydä ylläpitoa hyväksymään tulostin tai vaihda se.'],
    sv: ['Skrivaren meddelar inte sitt tillstånd.', 'Be administratören godkänna skrivaren eller byt den.'],
    en: ['The printer does not report its state.', 'Ask the administrator to accept it, or change the printer.'],
  },
  'L-509': {
    fi: ['Tulostinta ei ole määritetty.', 'Määritä tulostin kioskin asetuksissa.'],
    sv: ['Ingen skrivare är angiven.', 'Ange skrivaren i kioskens inställningar.'],
    en: ['No printer is configured.', 'Set the printer in the kiosk’s settings.'],
  },
  'L-510': {
    fi: ['Salasanakuorta ei voi avata tällä kioskilla.', 'Helpdesk lähettää noudon uudelleen. Mitään ei tulostettu.'],
    sv: ['Lösenordskuvertet kan inte öppnas på den här kiosken.', 'Helpdesk sänder ärendet på nytt. Inget skrevs ut.'],
    en: ['The envelope cannot be opened on this kiosk.', 'The helpdesk sends the pickup again. Nothing was printed.'],
  },
  'L-511': {
    fi: ['Tulostin on juuri käytössä.', 'Odota hetki ja yritä uudelleen.'],
    sv: ['Skrivaren används just nu.', 'Vänta en stund och försök igen.'],
    en: ['The printer is busy.', 'Wait a moment and try again.'],
  },
  'L-512': {
    fi: ['Tulosteita ei voi enää tehdä tälle noudolle.', 'Helpdesk antaa uuden salasanan.'],
    sv: ['Inga fler utskrifter kan göras för ärendet.', 'Helpdesk utfärdar ett nytt lösenord.'],
    en: ['No further slip may be printed for this pickup.', 'The helpdesk issues a new password.'],
  },
  'L-513': {
    fi: ['Tuloste on jo selvitetty.', 'Palaa jonoon.'],
    sv: ['Utskriften är redan utredd.', 'Gå tillbaka till kön.'],
    en: ['This slip is already settled.', 'Go back to the queue.'],
  },
  'L-514': {
    fi: ['Kioski käynnistyi uudelleen kesken tulostuksen.', 'Katso tulostinta ja kerro, mitä tulosteelle tapahtui.'],
    sv: ['Kiosken startade om mitt i utskriften.', 'Se efter i skrivaren och ange vad som hände med utskriften.'],
    en: ['The kiosk restarted during printing.', 'Look at the printer and say what became of the slip.'],
  },
  'L-515': {
    fi: [
      'Tulostimen käyttöönotto jäi kesken.',
      'Aloita alusta ja toimi, kun paperi pyydetään poistamaan ja panemaan takaisin.',
    ],
    sv: [
      'Ibruktagandet av skrivaren blev inte klart.',
      'Börja om, ta ut papperet och sätt tillbaka det när du blir ombedd.',
    ],
    en: ['Setting up the printer was not finished.', 'Start again, and take the paper out and put it back when asked.'],
  },
  'L-601': {
    fi: ['Keskuspalvelimeen ei saada yhteyttä.', 'Jatka työtä. Luovutukset lähetetään, kun yhteys palaa.'],
    sv: ['Centralservern nås inte.', 'Fortsätt arbeta. Överlämningarna sänds när förbindelsen är tillbaka.'],
    en: ['The hub cannot be reached.', 'Carry on. Handovers are sent when the connection returns.'],
  },
  'L-602': {
    fi: ['Keskuspalvelin vastasi tavalla, jota ei ymmärretä.', 'Jatka työtä ja ilmoita ylläpidolle. Mitään ei katoa.'],
    sv: [
      'Centralservern svarade på ett sätt som inte förstås.',
      'Fortsätt arbeta och meddela administratören. Inget går förlorat.',
    ],
    en: ['The hub’s answer could not be understood.', 'Carry on and tell the administrator. Nothing is lost.'],
  },
  'L-603': {
    fi: ['Keskuspalvelin ei hyväksy tätä kioskia.', 'Ilmoita ylläpidolle.'],
    sv: ['Centralservern godkänner inte den här kiosken.', 'Meddela administratören.'],
    en: ['The hub does not accept this kiosk.', 'Tell the administrator.'],
  },
  'L-604': {
    fi: ['Kioski on jäädytetty: tapahtumaloki ei täsmää.', 'Lopeta luovutukset ja ilmoita tietoturvavastaavalle.'],
    sv: ['Kiosken är fryst: händelseloggen stämmer inte.', 'Sluta lämna ut och meddela säkerhetsansvarig.'],
    en: ['This kiosk is frozen: its ledger does not match.', 'Stop handing over and tell the security officer.'],
  },
  'L-605': {
    fi: ['Pyyntöä ei hyväksytty: kello on väärässä.', 'Tarkista tietokoneen kello.'],
    sv: ['Begäran godtogs inte: klockan går fel.', 'Kontrollera datorns klocka.'],
    en: ['The request was refused: the clock is wrong.', 'Check the computer’s clock.'],
  },
  'L-606': {
    fi: ['Pyynnön allekirjoitus ei kelpaa.', 'Ilmoita ylläpidolle.'],
    sv: ['Begärans signatur är ogiltig.', 'Meddela administratören.'],
    en: ['The request’s signature is not valid.', 'Tell the administrator.'],
  },
  'L-607': {
    fi: ['Hakukohta on vanhentunut.', 'Kioski hakee tiedot kokonaan uudelleen.'],
    sv: ['Läget är föråldrat.', 'Kiosken hämtar alla uppgifter på nytt.'],
    en: ['The cursor is no longer valid.', 'The kiosk fetches everything afresh.'],
  },
  'L-608': {
    fi: ['Pyyntö on virheellinen: {where}.', 'Korjaa pyyntö.'],
    sv: ['Begäran är felaktig: {where}.', 'Rätta begäran.'],
    en: ['The request is malformed: {where}.', 'Correct the request.'],
  },
  'L-609': {
    fi: ['Tietoa ei löydy: {what}.', 'Tarkista pyyntö.'],
    sv: ['Uppgiften finns inte: {what}.', 'Kontrollera begäran.'],
    en: ['Not found: {what}.', 'Check the request.'],
  },
  'L-610': {
    fi: ['Toiminto ei ole sallittu.', 'Kirjaudu oikeilla tunnuksilla.'],
    sv: ['Åtgärden är inte tillåten.', 'Logga in med rätt behörighet.'],
    en: ['This is not allowed.', 'Use credentials that allow it.'],
  },
  'L-611': {
    fi: ['Keskuspalvelin on hetkellisesti poissa käytöstä.', 'Odota. Kioski yrittää itse uudelleen.'],
    sv: ['Centralservern är tillfälligt ur funktion.', 'Vänta. Kiosken försöker själv igen.'],
    en: ['The hub is out of service for the moment.', 'Wait. The kiosk tries again by itself.'],
  },
  'L-701': {
    fi: ['Lukijaa ei löydy.', 'Tarkista lukijan johto. Jonosta voi etsiä nimellä.'],
    sv: ['Ingen läsare hittas.', 'Kontrollera läsarens kabel. Du kan söka med namn i kön.'],
    en: ['No reader is connected.', 'Check the reader’s cable. You can search the queue by name.'],
  },
  'L-702': {
    fi: ['Lukijan käyttö on estetty.', 'Ylläpito asentaa säännön resources/udev/60-lodge.rules.'],
    sv: ['Läsaren får inte användas.', 'Administratören installerar regeln resources/udev/60-lodge.rules.'],
    en: [
      'Permission to open the reader is missing.',
      'The administrator installs the rule resources/udev/60-lodge.rules.',
    ],
  },
  'L-703': {
    fi: ['Lukijan kirjasto puuttuu (libusb tai libudev).', 'Ylläpito asentaa paketit libusb-1.0-0 ja libudev1.'],
    sv: [
      'Läsarens bibliotek saknas (libusb eller libudev).',
      'Administratören installerar paketen libusb-1.0-0 och libudev1.',
    ],
    en: [
      'The reader library is missing (libusb or libudev).',
      'The administrator installs the packages libusb-1.0-0 and libudev1.',
    ],
  },
  'L-704': {
    fi: ['Lukeminen jäi kesken.', 'Lue kortti tai asiakirja uudelleen.'],
    sv: ['Läsningen blev ofullständig.', 'Läs kortet eller handlingen på nytt.'],
    en: ['The scan was incomplete.', 'Scan the card or document again.'],
  },
  'L-705': {
    fi: ['Korttia ei tunnisteta.', 'Lue kortti uudelleen tai kysy henkilökunnalta.'],
    sv: ['Kortet känns inte igen.', 'Läs kortet på nytt eller fråga personalen.'],
    en: ['This card is not recognised.', 'Scan it again, or ask the staff.'],
  },
  'L-706': {
    fi: ['Näppäimistönä toimivaa lukijaa ei voi käyttää tässä järjestelmässä.', 'Vaihda lukija HID POS -tilaan.'],
    sv: [
      'En läsare som fungerar som tangentbord kan inte användas i det här systemet.',
      'Ställ läsaren i HID POS-läge.',
    ],
    en: ['A reader that acts as a keyboard cannot be used on this system.', 'Set the reader to HID POS mode.'],
  },
  'L-707': {
    fi: [
      'Kortin tarkiste ei täsmää: kortti luettiin väärin.',
      'Lue kortti uudelleen. Jos sama toistuu, etsi jonosta nimellä.',
    ],
    sv: [
      'Kortets kontrolltecken stämmer inte: kortet lästes fel.',
      'Läs kortet på nytt. Upprepas felet, sök med namn i kön.',
    ],
    en: [
      'The card’s check digit does not match: it was misread.',
      'Scan it again. If it happens again, search the queue by name.',
    ],
  },
  'L-708': {
    fi: ['Lukukerrat eivät olleet samanlaisia.', 'Lue sama kortti kolme kertaa, nostaen se välillä pois.'],
    sv: ['Läsningarna var inte lika.', 'Läs samma kort tre gånger och lyft bort det emellan.'],
    en: ['The reads were not the same.', 'Scan one card three times, lifting it away in between.'],
  },
  'L-709': {
    fi: [
      'Tämä on henkilötunnus, ei kortin numero. Sitä ei luettu.',
      'Lue toinen koodi kortista, tai passi tai henkilökortti.',
    ],
    sv: [
      'Detta är en personbeteckning, inte ett kortnummer. Den lästes inte.',
      'Läs kortets andra kod, eller ett pass eller identitetskort.',
    ],
    en: [
      'This is a personal identity code, not a card number. It was not read.',
      'Scan the card’s other code, or a passport or identity card.',
    ],
  },
  'L-710': {
    fi: [
      'Lukijan näppäilyt näkyvät myös työpöydälle, joten sitä ei käytetä.',
      'Ylläpito lisää lukijan sääntöön resources/udev/60-lodge.rules.',
    ],
    sv: [
      'Läsarens tangenttryckningar syns även för skrivbordet, så den används inte.',
      'Administratören lägger till läsaren i regeln resources/udev/60-lodge.rules.',
    ],
    en: [
      'The desktop also sees what this reader types, so it is not used.',
      'The administrator adds the reader to the rule resources/udev/60-lodge.rules.',
    ],
  },
  'L-711': {
    fi: [
      'Kaksi eri koodia luettiin yhtä aikaa. Jälkimmäistä ei käytetty.',
      'Tarkista, että ruudulla on oikea henkilö. Peitä toinen koodi, jos ei ole.',
    ],
    sv: [
      'Två olika koder lästes samtidigt. Den senare användes inte.',
      'Kontrollera att rätt person visas. Täck annars den ena koden.',
    ],
    en: [
      'Two different codes were read at once. The second was not used.',
      'Check that the right person is on screen. If not, cover one code.',
    ],
  },
  'L-712': {
    fi: [
      'Lukija lähettää näppäilyt tavalla, jota ei ymmärretä (n-key rollover).',
      'Ylläpito asettaa lukijan tavalliseen näppäimistötilaan (boot, 6-key) tai HID POS -tilaan.',
    ],
    sv: [
      'Läsaren skickar tangenttryckningar på ett sätt som inte förstås (n-key rollover).',
      'Administratören ställer läsaren i vanligt tangentbordsläge (boot, 6-key) eller i HID POS-läge.',
    ],
    en: [
      'The reader sends its keys in a way that is not understood (n-key rollover).',
      'The administrator sets it to the ordinary keyboard mode (boot, 6-key), or to HID POS.',
    ],
  },
  'L-713': {
    fi: [
      'Koodissa on merkkejä, joita kortissa tai asiakirjassa ei ole. Sitä ei käytetty.',
      'Lue kortti tai asiakirja, ei muuta koodia.',
    ],
    sv: [
      'Koden har tecken som inte finns på kort eller handlingar. Den användes inte.',
      'Läs kortet eller handlingen, inte någon annan kod.',
    ],
    en: [
      'The code holds characters that no card or document has. It was not used.',
      'Scan the card or the document, not another code.',
    ],
  },
  'L-714': {
    fi: [
      'Koodi on liian pitkä kortiksi tai asiakirjaksi. Sitä ei käytetty.',
      'Lue kortti tai asiakirja, ei muuta koodia.',
    ],
    sv: [
      'Koden är för lång för ett kort eller en handling. Den användes inte.',
      'Läs kortet eller handlingen, inte någon annan kod.',
    ],
    en: [
      'The code is too long for a card or a document. It was not used.',
      'Scan the card or the document, not another code.',
    ],
  },
  'L-715': {
    fi: [
      'Tämä on tuotteen tai lähetyksen GS1-koodi, ei kortti.',
      'Lue kortti tai asiakirja. Jos kortissa on kaksi koodia, peitä toinen.',
    ],
    sv: [
      'Det här är en GS1-kod för en vara eller en försändelse, inte ett kort.',
      'Läs kortet eller handlingen. Om kortet har två koder, täck den andra.',
    ],
    en: [
      'This is the GS1 code of a product or a parcel, not a card.',
      'Scan the card or the document. If the card has two codes, cover the other one.',
    ],
  },
  'L-716': {
    fi: ['Tämä on lähetyksen osoitelapun koodi (ISO/IEC 15434), ei kortti.', 'Lue kortti tai asiakirja.'],
    sv: ['Det här är koden på en fraktetikett (ISO/IEC 15434), inte ett kort.', 'Läs kortet eller handlingen.'],
    en: ['This is the code of a shipping label (ISO/IEC 15434), not a card.', 'Scan the card or the document.'],
  },
  'L-718': {
    fi: [
      'Lukija lähettää enemmän kuin kukaan ehtii lukea. Ylimääräinen jätettiin lukematta.',
      'Irrota lukija ja kytke se uudelleen. Jos sama toistuu, vaihda lukija.',
    ],
    sv: [
      'Läsaren skickar mer än någon hinner läsa in. Resten lästes inte.',
      'Dra ut läsaren och anslut den igen. Om samma sak upprepas, byt läsare.',
    ],
    en: [
      'The reader sends more than anybody can scan. The rest was not read.',
      'Unplug the reader and plug it in again. If the same happens, use another reader.',
    ],
  },
  'L-719': {
    fi: ['Kortin numero on pitempi kuin lukija osaa kertoa.', 'Käytä toista lukijaa tai etsi jonosta nimellä.'],
    sv: ['Kortets nummer är längre än läsaren kan ange.', 'Använd en annan läsare eller sök med namn i kön.'],
    en: ['The card’s number is longer than this reader can tell.', 'Use another reader, or search the queue by name.'],
  },
  'L-720': {
    fi: [
      'Kohdassa {where} on merkki, jota ei näe tai joka kääntää tekstin suunnan ({found}).',
      'Kirjoita kohta uudelleen käsin, älä liitä sitä.',
    ],
    sv: [
      'I {where} finns ett tecken som inte syns eller som vänder texten ({found}).',
      'Skriv texten på nytt för hand, klistra inte in den.',
    ],
    en: [
      'In {where} there is a character that cannot be seen, or that turns text around ({found}).',
      'Type it again by hand instead of pasting it.',
    ],
  },
  'L-721': {
    fi: ['Kohta {where} on liian pitkä: enintään {max} merkkiä ja {bytes} tavua.', 'Lyhennä sitä.'],
    sv: ['{where} är för lång: högst {max} tecken och {bytes} byte.', 'Förkorta texten.'],
    en: ['{where} is too long: at most {max} characters and {bytes} bytes.', 'Shorten it.'],
  },
  'L-722': {
    fi: [
      'Kohdassa {where} on samassa kirjaimessa enemmän merkkejä kuin missään kirjoituksessa, tai merkki ilman kirjainta.',
      'Kirjoita kohta uudelleen ilman ylimääräisiä merkkejä.',
    ],
    sv: [
      'I {where} har en bokstav fler tecken än i någon skrift, eller ett tecken står utan bokstav.',
      'Skriv texten på nytt utan de överflödiga tecknen.',
    ],
    en: [
      'In {where} a letter has more marks than in any script, or a mark stands on no letter.',
      'Type it again without the extra marks.',
    ],
  },
  'L-725': {
    fi: [
      'Organisaation nimi, salasanan vaihto-osoite tai itsepalvelun osoite puuttuu, joten kioskia ei voi liittää.',
      'Täytä ne konsolin sivulla Organisaatio ja tee koodi sitten uudelleen.',
    ],
    sv: [
      'Organisationens namn, adressen för byte av lösenord eller självservicens adress saknas, så kiosken kan inte anslutas.',
      'Fyll i dem på konsolens sida Organisationen och skapa koden sedan på nytt.',
    ],
    en: [
      'The institution’s name, the address for changing a password or the self-service address is missing, so no kiosk can join.',
      'Fill them in on the console’s page Institution, then make the code again.',
    ],
  },
  'L-617': {
    fi: ['Päivitys ei ole oman laitoksen allekirjoittama.', 'Sitä ei asennettu. Ilmoita tietoturvavastaavalle.'],
    sv: [
      'Uppdateringen är inte signerad av den egna organisationen.',
      'Den installerades inte. Meddela säkerhetsansvarig.',
    ],
    en: ['The update is not signed by this institution.', 'It was not installed. Tell the security officer.'],
  },
  'L-618': {
    fi: ['Tämä kuuluu toiselle roolille.', 'Pyydä henkilöä, jolla on oikea rooli.'],
    sv: ['Det här hör till en annan roll.', 'Be någon med rätt roll.'],
    en: ['This is for another role.', 'Ask someone who has that role.'],
  },
  'L-619': {
    fi: ['Liian monta pyyntöä samasta osoitteesta.', 'Odota minuutti ja yritä uudelleen.'],
    sv: ['För många begäranden från samma adress.', 'Vänta en minut och försök igen.'],
    en: ['Too many requests from one address.', 'Wait a minute and try again.'],
  },
  'L-620': {
    fi: [
      'Tiedosto ei ole kokonainen.',
      'Kopioi tiedosto uudelleen tai tee se kioskilla uudelleen. Mitään ei kadonnut.',
    ],
    sv: ['Filen är inte hel.', 'Kopiera filen på nytt eller gör den på nytt vid kiosken. Inget gick förlorat.'],
    en: ['The file is not complete.', 'Copy the file again, or make it again at the kiosk. Nothing is lost.'],
  },
  'L-621': {
    fi: [
      'Tiedostoa on muutettu sen jälkeen kun se tehtiin.',
      'Älä käytä tiedostoa. Tee uusi, ja jos tämä toistuu, ilmoita tietoturvavastaavalle.',
    ],
    sv: [
      'Filen har ändrats efter att den gjordes.',
      'Använd den inte. Gör en ny, och om detta upprepas, meddela säkerhetsansvarig.',
    ],
    en: [
      'The file was changed after it was made.',
      'Do not use it. Make a new one, and if this happens again, tell the security officer.',
    ],
  },
  'L-622': {
    fi: ['Tiedosto kuuluu toiselle kioskille.', 'Etsi tämän kioskin tiedosto. Kioskin tunnus on tiedoston nimessä.'],
    sv: ['Filen hör till en annan kiosk.', 'Sök filen för den här kiosken. Kioskens id står i filens namn.'],
    en: ['The file belongs to another kiosk.', 'Look for the file of this one. The kiosk’s id is in the file’s name.'],
  },
  'L-623': {
    fi: ['Muistitikulla ei ole kuittausta.', 'Tuo tikku ensin keskuspalvelimelle ja kopioi kuittaus tikun päätasolle.'],
    sv: [
      'Det finns inget kvitto på minnet.',
      'För minnet först till centralservern och kopiera kvittot till minnets översta nivå.',
    ],
    en: [
      'There is no receipt on the memory stick.',
      'Take the stick to the hub first, and copy the receipt to its top folder.',
    ],
  },
  'L-624': {
    fi: [
      'Aiempi tiedosto puuttuu: tapahtumat numerosta {from}.',
      'Tuo ensin aiempi tiedosto, tai vie kioskilta koko tapahtumaluettelo.',
    ],
    sv: [
      'En tidigare fil saknas: händelser från nummer {from}.',
      'Läs först in den tidigare filen, eller exportera hela händelseloggen vid kiosken.',
    ],
    en: [
      'An earlier file is missing: entries from number {from}.',
      'Import the earlier file first, or carry the whole ledger from the kiosk.',
    ],
  },
  'L-625': {
    fi: ['Uutta ei ole: kaikki on jo kuitattu.', 'Mitään ei tarvitse tehdä. Poista vanhat tiedostot tikulta.'],
    sv: [
      'Det finns inget nytt: allt är redan kvitterat.',
      'Inget behöver göras. Ta bort de gamla filerna från minnet.',
    ],
    en: [
      'There is nothing new: all of it has been acknowledged.',
      'Nothing needs to be done. Remove the old files from the stick.',
    ],
  },
  'L-626': {
    fi: [
      'Muistitikkua ei voi käyttää.',
      'Tarkista, että tikku on paikallaan, siinä on tilaa eikä se ole kirjoitussuojattu, tai vaihda tikku.',
    ],
    sv: [
      'Minnet kan inte användas.',
      'Kontrollera att minnet sitter i, har utrymme och inte är skrivskyddat, eller byt minne.',
    ],
    en: [
      'The memory stick cannot be used.',
      'Check that it is plugged in, has room and is not write-protected, or take another one.',
    ],
  },
  'L-627': {
    fi: [
      'Kuittaus on palautetulta keskuspalvelimelta.',
      'Yhdistä kioski kerran verkkoon, niin se kertoo keskuspalvelimelle, mitä sillä on.',
    ],
    sv: [
      'Kvittot kommer från en återställd centralserver.',
      'Anslut kiosken en gång till nätet så berättar den för centralservern vad den har.',
    ],
    en: [
      'The receipt is from a hub that was put back from a backup.',
      'Connect the kiosk to the network once, so that it tells the hub what it holds.',
    ],
  },
  'L-628': {
    fi: [
      'Tietokoneen kello on väärässä. Kioski käyttää viimeistä varmaa aikaa.',
      'Palvelu jatkuu. Pyydä ylläpitoa korjaamaan tietokoneen kello ja aikapalvelu.',
    ],
    sv: [
      'Datorns klocka går fel. Kiosken använder den senaste säkra tiden.',
      'Disken fortsätter som vanligt. Be administratören rätta datorns klocka och tidstjänst.',
    ],
    en: [
      'The computer’s clock is wrong. The kiosk goes by the last time that is certain.',
      'Serving goes on. Ask the administrator to correct the clock and its time service.',
    ],
  },
  'L-629': {
    fi: ['Tikulle kirjoitetaan parhaillaan.', 'Odota, kunnes kirjoitus on valmis.'],
    sv: ['Det skrivs på minnet just nu.', 'Vänta tills skrivningen är klar.'],
    en: ['The stick is being written.', 'Wait until that is done.'],
  },
  'L-680': {
    fi: [
      'Keskuspalvelin kysyy vielä kerran, mikä kioski tämä on.',
      'Kioski vastaa itse. Jos tämä toistuu, ilmoita ylläpidolle.',
    ],
    sv: [
      'Centralservern frågar en gång till vilken kiosk detta är.',
      'Kiosken svarar själv. Om detta upprepas, meddela administratören.',
    ],
    en: [
      'The hub asks once more which kiosk this is.',
      'The kiosk answers by itself. If this comes again and again, tell the administrator.',
    ],
  },
  'L-658': {
    fi: ['Kortti on jo toisen henkilön.', 'Tarkista kortti. Poista se ensin toiselta henkilöltä.'],
    sv: ['Kortet hör redan till någon annan.', 'Kontrollera kortet. Ta först bort det från den andra personen.'],
    en: ['The card is someone else’s already.', 'Check the card. Take it from the other person first.'],
  },
  'L-667': {
    fi: ['Aikaväli ei kelpaa.', 'Valitse alku, joka on ennen loppua, ja enintään sallittu aika.'],
    sv: ['Perioden är ogiltig.', 'Välj en början före slutet och högst den tillåtna tiden.'],
    en: ['The period will not do.', 'Choose a start before the end, and no longer than is allowed.'],
  },
  'L-668': {
    fi: ['Pyyntöjä tulee tästä laitteesta liikaa.', 'Laite yrittää itse uudelleen {seconds} sekunnin kuluttua.'],
    sv: ['Det kommer för många begäranden från den här enheten.', 'Den försöker själv igen om {seconds} sekunder.'],
    en: ['This device asks the hub too often.', 'It tries again by itself in {seconds} seconds.'],
  },
  'L-640': {
    fi: ['Keskuspalvelin on sulkeutumassa tai vasta käynnistymässä.', 'Odota hetki ja yritä uudelleen.'],
    sv: ['Centralservern håller på att stängas eller starta.', 'Vänta en stund och försök igen.'],
    en: ['The hub is closing or has only just started.', 'Wait a moment and try again.'],
  },
  'L-643': {
    fi: [
      'Keskuspalvelimelta puuttuu merkintöjä, jotka tämä kioski on jo lähettänyt.',
      'Kioski lähettää ne uudelleen itse. Mitään ei tarvitse tehdä.',
    ],
    sv: [
      'Centralservern saknar poster som den här kiosken redan har sänt.',
      'Kiosken sänder dem på nytt av sig själv. Du behöver inte göra något.',
    ],
    en: [
      'The hub lacks entries that this kiosk has already sent.',
      'The kiosk sends them again by itself. There is nothing to do.',
    ],
  },
  'L-801': {
    fi: ['Tietokanta on uudemmasta ohjelmaversiosta.', 'Asenna uusin versio. Tietoihin ei ole koskettu.'],
    sv: ['Databasen är från en nyare programversion.', 'Installera den senaste versionen. Inget har ändrats.'],
    en: ['The database is from a newer version of the program.', 'Install the newest version. Nothing was changed.'],
  },
  'L-802': {
    fi: ['Toinen kioskiohjelma käyttää jo tätä tietokantaa.', 'Sulje toinen ohjelma ja käynnistä tämä uudelleen.'],
    sv: ['Ett annat kioskprogram använder redan databasen.', 'Stäng det andra programmet och starta om det här.'],
    en: ['Another kiosk program is using this database.', 'Close the other program and start this one again.'],
  },
  'L-803': {
    fi: ['Levylle ei voi kirjoittaa.', 'Mitään ei tulostettu. Vapauta levytilaa tai ilmoita ylläpidolle.'],
    sv: ['Det går inte att skriva på disken.', 'Inget skrevs ut. Frigör utrymme eller meddela administratören.'],
    en: ['The disk cannot be written.', 'Nothing was printed. Free some space, or tell the administrator.'],
  },
  'L-804': {
    fi: ['Tietokanta on vioittunut.', 'Älä käytä kioskia. Ilmoita ylläpidolle.'],
    sv: ['Databasen är skadad.', 'Använd inte kiosken. Meddela administratören.'],
    en: ['The database is damaged.', 'Do not use the kiosk. Tell the administrator.'],
  },
  'L-805': {
    fi: ['Tapahtumaloki ei ole ehyt.', 'Älä käytä kioskia. Ilmoita tietoturvavastaavalle.'],
    sv: ['Händelseloggen är inte intakt.', 'Använd inte kiosken. Meddela säkerhetsansvarig.'],
    en: ['The ledger is not intact.', 'Do not use the kiosk. Tell the security officer.'],
  },
  'L-806': {
    fi: ['Kioskin avaimia ei voi avata tällä tietokoneella.', 'Ota kioski käyttöön uudelleen ylläpidon ohjeella.'],
    sv: [
      'Kioskens nycklar kan inte öppnas på den här datorn.',
      'Registrera kiosken på nytt enligt administratörens anvisning.',
    ],
    en: ['The kiosk’s keys cannot be opened on this computer.', 'Enrol the kiosk again as the administrator advises.'],
  },
  'L-901': {
    fi: ['Ohjelmassa tapahtui virhe.', 'Yritä uudelleen. Jos virhe toistuu, ilmoita ylläpidolle.'],
    sv: ['Ett fel inträffade i programmet.', 'Försök igen. Om felet upprepas, meddela administratören.'],
    en: ['Something went wrong in the program.', 'Try again. If it happens again, tell the administrator.'],
  },
  'L-902': {
    fi: ['Pyyntöä ei tunneta.', 'Lataa näyttö uudelleen.'],
    sv: ['Begäran är okänd.', 'Ladda om skärmen.'],
    en: ['The request is not known.', 'Reload the screen.'],
  },
  'L-903': {
    fi: ['Syöte on väärän muotoinen.', 'Tarkista kentät ja yritä uudelleen.'],
    sv: ['Inmatningen har fel form.', 'Kontrollera fälten och försök igen.'],
    en: ['The input does not have the right form.', 'Check the fields and try again.'],
  },
  'L-904': {
    fi: ['Kioskin ohjelma käynnistyy uudelleen.', 'Odota hetki. Vahvistettu työ on tallessa.'],
    sv: ['Kioskens program startar om.', 'Vänta en stund. Bekräftat arbete är sparat.'],
    en: ['The kiosk’s engine is restarting.', 'Wait a moment. What was confirmed is safe.'],
  },
  'L-905': {
    fi: ['Kioskin ohjelman vastausta ei ymmärretä.', 'Lataa näyttö uudelleen.'],
    sv: ['Det gick inte att tolka svaret från kioskens program.', 'Ladda om skärmen.'],
    en: ['The engine’s answer could not be understood.', 'Reload the screen.'],
  },
  'L-906': {
    fi: ['Tätä ikkunaa ei ole valtuutettu.', 'Avaa kioski sen omasta kuvakkeesta.'],
    sv: ['Fönstret är inte behörigt.', 'Öppna kiosken med dess egen ikon.'],
    en: ['This window is not authorised.', 'Open the kiosk from its own icon.'],
  },
  'L-907': {
    fi: ['Kioskin ohjelma ei käynnisty.', 'Soita ylläpidolle ja kerro koodi.'],
    sv: ['Kioskens program startar inte.', 'Ring administratören och uppge koden.'],
    en: ['The kiosk’s engine does not start.', 'Call the administrator and give the code.'],
  },
  'L-910': {
    fi: [
      'Kioskin näyttö on pysähtynyt toistuvasti.',
      'Paina Yritä uudelleen. Jos näyttö pysähtyy taas, soita ylläpidolle ja kerro koodi.',
    ],
    sv: [
      'Kioskens skärm har stannat flera gånger.',
      'Tryck på Försök igen. Om skärmen stannar igen, ring administratören och uppge koden.',
    ],
    en: [
      'The kiosk’s screen has stopped several times.',
      'Press Try again. If it stops again, call the administrator and give the code.',
    ],
  },
  'L-911': {
    fi: [
      'Kioski käynnistettiin vianetsintävalinnalla.',
      'Käynnistä kioski sen omasta kuvakkeesta ilman lisävalintoja.',
    ],
    sv: ['Kiosken startades med ett felsökningsval.', 'Starta kiosken med dess egen ikon utan tillägg.'],
    en: ['The kiosk was started with a debugging option.', 'Start the kiosk from its own icon, without options.'],
  },
  'L-912': {
    fi: ['Lodge on jo auki tällä tietokoneella.', 'Käytä jo avointa ikkunaa.'],
    sv: ['Lodge är redan öppet på den här datorn.', 'Använd fönstret som redan är öppet.'],
    en: ['Lodge is already open on this computer.', 'Use the window that is already open.'],
  },
  'L-913': {
    fi: [
      'Tietokoneessa ei ole avainsäilöä, joka suojaisi kioskin avaimet.',
      'Ota käyttöön työpöydän avainrengas tai kioskin palveluyksikkö ja käynnistä uudelleen.',
    ],
    sv: [
      'Datorn saknar ett nyckellager som skyddar kioskens nycklar.',
      'Ta i bruk skrivbordets nyckelring eller kioskens tjänsteenhet och starta om.',
    ],
    en: [
      'This computer has no keystore that protects the kiosk’s keys.',
      'Set up the desktop’s keyring or the kiosk’s service unit, and start again.',
    ],
  },
  'L-914': {
    fi: ['Liian monta pyyntöä yhtä aikaa.', 'Odota hetki ja yritä uudelleen.'],
    sv: ['För många begäranden på en gång.', 'Vänta en stund och försök igen.'],
    en: ['Too many requests at once.', 'Wait a moment and try again.'],
  },
  'L-915': {
    fi: [
      'Keskuspalvelimen aika on kaukana tämän kioskin ajasta.',
      'Kioski käyttää omaa aikaansa. Vertaa aikoja luotettavaan kelloon ja vahvista, jos palvelimen aika on oikea.',
    ],
    sv: [
      'Centralserverns tid ligger långt från den här kioskens tid.',
      'Kiosken använder sin egen tid. Jämför tiderna med en pålitlig klocka och bekräfta om serverns tid är rätt.',
    ],
    en: [
      'The hub’s time is far from this kiosk’s time.',
      'The kiosk goes by its own time. Compare both with a clock that you trust, and confirm if the hub’s time is right.',
    ],
  },
  'L-916': {
    fi: ['Keskuspalvelimen aika ei ole enää se, joka näytettiin.', 'Katso näytöllä olevat ajat uudelleen.'],
    sv: ['Centralserverns tid är inte längre den som visades.', 'Titta på tiderna på skärmen igen.'],
    en: ['The hub’s time is no longer the one that was shown.', 'Look at the times on the screen again.'],
  },
} as const satisfies Record<`L-${string}`, Texts>
