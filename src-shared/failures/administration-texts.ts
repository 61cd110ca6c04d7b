/**
 * Failures that only whoever administers the hub meets: at its console, its commands and its log. The desk's window
 * ships without these texts (src-renderer/vite.config.ts).
 */
type Text = readonly [what: string, next: string]
export interface Texts {
  readonly fi: Text
  readonly sv: Text
  readonly en: Text
}

export const administrationTexts = {
  'L-247': {
    fi: [
      'Henkilöllä voi olla enintään {max} korttia.',
      'Poista kortit, jotka eivät ole enää käytössä, ja yritä uudelleen.',
    ],
    sv: ['En person kan ha högst {max} kort.', 'Ta bort kort som inte längre används och försök igen.'],
    en: ['A person may have {max} cards at most.', 'Remove cards that are no longer used, and try again.'],
  },
  'L-329': {
    fi: [
      'Tämän koneen kello eroaa tietokannan kellosta {seconds} sekuntia.',
      'Ylläpito: korjaa koneen aikasynkronointi. Keskuspalvelin käyttää tietokannan kelloa.',
    ],
    sv: [
      'Den här datorns klocka skiljer sig {seconds} sekunder från databasens.',
      'Administratören: rätta datorns tidssynkronisering. Centralservern går efter databasens klocka.',
    ],
    en: [
      'This machine’s clock is {seconds} seconds from the database’s.',
      'Administrator: mend the machine’s time synchronisation. The hub goes by the database’s clock.',
    ],
  },
  'L-330': {
    fi: [
      'Osoitteessa {where} ei vastaa nyt mikään.',
      'Ylläpito: tarkista verkko, nimipalvelu ja palomuuri, ja yritä uudelleen.',
    ],
    sv: [
      'På adressen {where} svarar ingenting just nu.',
      'Administratören: kontrollera nätet, namntjänsten och brandväggen, och försök igen.',
    ],
    en: [
      'Nothing answers at {where} now.',
      'Administrator: check the network, name service and firewall, and try again.',
    ],
  },
  'L-717': {
    fi: [
      'Käyttäjähakemistoa ei voi käyttää ({why}).',
      'Ylläpito: tarkista salaisuuslähteen asetukset: osoite, varmenteen myöntäjä, bindDn, sen salasana ja baseDn.',
    ],
    sv: [
      'Katalogen kan inte användas ({why}).',
      'Administratören: kontrollera hemlighetskällans inställningar: adress, utfärdare, bindDn, dess lösenord och baseDn.',
    ],
    en: [
      'The directory cannot be used ({why}).',
      'Administrator: check the secret source’s settings: address, authority, bindDn, its password and baseDn.',
    ],
  },
  'L-723': {
    fi: [
      'Tietokannan palvelinta {host} ei voi käyttää ({why}).',
      'Ylläpito: tarkista DATABASE_URL, palvelin ja sen käyttöoikeudet. 25006 tarkoittaa, ettei yksikään palvelin ota vastaan kirjoituksia.',
    ],
    sv: [
      'Databasserver {host} kan inte användas ({why}).',
      'Administratören: kontrollera DATABASE_URL, servern och rättigheterna. 25006 betyder att ingen server tar emot skrivningar.',
    ],
    en: [
      'Database host {host} cannot be used ({why}).',
      'Administrator: check DATABASE_URL, the server and the role’s rights. 25006 means that no host takes writes.',
    ],
  },
  'L-724': {
    fi: ['Asetuksen {where} tiedosto ei kelpaa ({why}).', 'Ylläpito: korjaa tiedosto tai sen oikeudet.'],
    sv: ['Filen i inställningen {where} duger inte ({why}).', 'Administratören: rätta filen eller dess rättigheter.'],
    en: ['The file of the setting {where} will not do ({why}).', 'Administrator: correct the file or its permissions.'],
  },
  'L-726': {
    fi: [
      'Asetustiedosto on uudemmasta versiosta kuin tämä keskuspalvelin. Mitään ei muutettu.',
      'Päivitä tämä keskuspalvelin tai vie asetukset saman version palvelimelta.',
    ],
    sv: [
      'Inställningsfilen kommer från en nyare version än den här centralservern. Inget ändrades.',
      'Uppdatera den här centralservern eller exportera inställningarna från en server med samma version.',
    ],
    en: [
      'The settings file comes from a newer version than this hub. Nothing was changed.',
      'Update this hub, or export the settings from a hub of the same version.',
    ],
  },
  'L-728': {
    fi: [
      'Avaintiedosto {path} puuttuu, mutta tietokanta kuuluu keskuspalvelimelle, jolla se on. Mitään ei tehty.',
      'Palauta tiedosto varmuuskopiosta tai korjaa datakansion asetus. Viimeksi se oli: {before} ({host}).',
    ],
    sv: [
      'Nyckelfilen {path} saknas, men databasen hör till en centralserver som har den. Inget gjordes.',
      'Återställ filen från säkerhetskopian eller rätta inställningen för datamappen. Senast fanns den i {before} ({host}).',
    ],
    en: [
      'The key file {path} is missing, and the database belongs to a hub that has it. Nothing was done.',
      'Restore the file from the backup, or correct the data folder’s setting. It was last at {before} ({host}).',
    ],
  },
  'L-729': {
    fi: [
      'Tiedosto {path} on toisen keskuspalvelimen pääavain: tietokanta kuuluu toiselle. Mitään ei tehty.',
      'Korjaa datakansion tai tietokannan asetus. Tämän tietokannan pääavain oli viimeksi: {before} ({host}).',
    ],
    sv: [
      'Filen {path} är en annan centralservers huvudnyckel: databasen hör till en annan. Inget gjordes.',
      'Rätta inställningen för datamappen eller databasen. Databasens huvudnyckel fanns senast i {before} ({host}).',
    ],
    en: [
      'The file {path} is another hub’s master key: the database belongs to a different hub. Nothing was done.',
      'Correct the setting of the data folder or of the database. This database’s master key was last at {before} ({host}).',
    ],
  },
  'L-732': {
    fi: ['Varmenne päättyy {endsAt}: {where}.', 'Uusi varmenne ennen sitä.'],
    sv: ['Certifikatet går ut {endsAt}: {where}.', 'Förnya certifikatet innan dess.'],
    en: ['The certificate of {where} ends on {endsAt}.', 'Renew it before then.'],
  },
  'L-727': {
    fi: [
      'Asetustiedostoa ei voi käyttää, kohta: {where}. Mitään ei muutettu.',
      'Korjaa kohta tiedostossa tai vie asetukset uudelleen.',
    ],
    sv: [
      'Inställningsfilen kan inte användas, ställe: {where}. Inget ändrades.',
      'Rätta stället i filen eller exportera inställningarna på nytt.',
    ],
    en: [
      'The settings file cannot be used, at: {where}. Nothing was changed.',
      'Correct that place in the file, or export the settings again.',
    ],
  },
  'L-670': {
    fi: [
      'Asetuksessa {setting} on tunnistuspalvelun nimenä {value}, mutta palvelu itse ilmoittaa nimekseen {expected}.',
      'Ylläpito: kirjoita asetukseen {setting} arvo {expected} ja käynnistä keskuspalvelin uudelleen.',
    ],
    sv: [
      'Inställningen {setting} har {value} som utfärdare, men leverantören själv uppger {expected}.',
      'Administratören: sätt {setting} till {expected} och starta om centralservern.',
    ],
    en: [
      'The setting {setting} has {value} as the issuer, and the provider says that its issuer is {expected}.',
      'Administrator: set {setting} to {expected} and start the hub again.',
    ],
  },
  'L-671': {
    fi: [
      'Osoitteessa {value} ei vastaa OpenID Connect -palvelu ({why}).',
      'Ylläpito: tarkista asetus {setting}. Jos syy on varmenne, anna sen myöntäjä muuttujalla NODE_EXTRA_CA_CERTS.',
    ],
    sv: [
      'På adressen {value} svarar ingen OpenID Connect-leverantör ({why}).',
      'Administratören: kontrollera {setting}. Om orsaken är ett certifikat, ange dess utfärdare med NODE_EXTRA_CA_CERTS.',
    ],
    en: [
      'No OpenID Connect provider answers at {value} ({why}).',
      'Administrator: check {setting}. If the reason is a certificate, name its authority by NODE_EXTRA_CA_CERTS.',
    ],
  },
  'L-672': {
    fi: [
      'Tunnistuspalvelu ei tunne asiakasta {value}, joka on asetuksessa {setting}. Odotettu: {expected}.',
      'Ylläpito: kirjoita asetukseen {setting} se asiakastunnus, jonka tunnistuspalvelu on keskuspalvelimelle antanut.',
    ],
    sv: [
      'Leverantören känner inte klienten {value}, som står i {setting}. Väntat: {expected}.',
      'Administratören: sätt {setting} till det klient-id som leverantören har gett centralservern.',
    ],
    en: [
      'The provider does not know the client {value} that {setting} names. Expected: {expected}.',
      'Administrator: set {setting} to the client id that the provider gave the hub.',
    ],
  },
  'L-673': {
    fi: [
      'Tunnistuspalvelu ei hyväksy asiakkaan {value} salaisuutta (invalid_client).',
      'Ylläpito: vie palvelun nykyinen salaisuus tiedostoon, jonka {setting} nimeää, tai korjaa asetus {other}. Tunnistuspalvelussa tavan on oltava client_secret_post tai client_secret_basic.',
    ],
    sv: [
      'Leverantören godtar inte klienten {value} med dess hemlighet (invalid_client).',
      'Administratören: skriv den nuvarande hemligheten i filen som {setting} anger, eller rätta {other}. Hos leverantören ska sättet vara client_secret_post eller client_secret_basic.',
    ],
    en: [
      'The provider does not accept the client {value} with its secret (invalid_client).',
      'Administrator: put the client’s present secret into the file that {setting} names, or correct {other}. At the provider the method must be client_secret_post or client_secret_basic.',
    ],
  },
  'L-674': {
    fi: [
      'Tunnistuspalvelu ei päästä ketään palaamaan osoitteeseen {value}.',
      'Ylläpito: rekisteröi tunnistuspalvelussa paluuosoitteeksi täsmälleen {value}, tai korjaa asetus {setting}.',
    ],
    sv: [
      'Leverantören låter ingen återvända till {value}.',
      'Administratören: registrera exakt {value} som omdirigeringsadress hos leverantören, eller rätta {setting}.',
    ],
    en: [
      'The provider lets nobody come back to {value}.',
      'Administrator: register exactly {value} as a redirect URI at the provider, or correct {setting}.',
    ],
  },
  'L-675': {
    fi: [
      'Tunnistuspalvelun kello on {seconds} sekuntia {way} keskuspalvelimen kelloon verrattuna; sallittu ero on {allowed} sekuntia.',
      'Ylläpito: tarkista tietokantapalvelimen ja keskuspalvelimen koneen aikasynkronointi. Jos ne ovat oikeassa, ilmoita tunnistuspalvelulle.',
    ],
    sv: [
      'Leverantörens klocka går {seconds} sekunder {way} centralserverns; {allowed} sekunder är tillåtna.',
      'Administratören: kontrollera tidssynkroniseringen på databasservern och centralserverns dator. Om de är rätt, meddela leverantören.',
    ],
    en: [
      'The provider’s clock is {seconds} seconds {way} the hub’s; {allowed} seconds are allowed.',
      'Administrator: check the time synchronisation of the database server and of the hub’s machine. If both are right, tell the provider.',
    ],
  },
  'L-676': {
    fi: [
      'Tunnistuspalvelu hylkää keskuspalvelimen pyynnön ({error}).',
      'Ylläpito: tarkista asetus {setting} ja mitä tälle asiakkaalle on tunnistuspalvelussa sallittu.',
    ],
    sv: [
      'Leverantören avvisar centralserverns begäran ({error}).',
      'Administratören: kontrollera {setting} och vad klienten får göra hos leverantören.',
    ],
    en: [
      'The provider refuses what the hub asks for ({error}).',
      'Administrator: check {setting}, and what this client is allowed at the provider.',
    ],
  },
  'L-681': {
    fi: [
      'Kirjanpitoa ei liitetty: kioski on jäädytetty, tai tiedosto on ristiriidassa sen kanssa, mitä palvelimella jo on. Allekirjoitetut kirjaukset säilytettiin todisteina (uusia: {kept}).',
      'Katso hallintasivulta Erilliset kirjaukset, mitä niissä on. Poista sitten kioski käytöstä tai vapauta se.',
    ],
    sv: [
      'Loggboken togs inte in: kiosken är fryst, eller filen motsäger det som servern redan har. De signerade anteckningarna behölls som bevis (nya: {kept}).',
      'Se under Avskilda anteckningar vad de säger. Skriv sedan av kiosken eller släpp den.',
    ],
    en: [
      'The ledger was not taken in: the kiosk is frozen, or the file contradicts what the hub holds. The signed entries were kept as evidence (new: {kept}).',
      'See under Entries kept apart what they say. Then write the kiosk off, or unfreeze it.',
    ],
  },
  'L-690': {
    fi: [
      'Merkit eivät ole samat.',
      'Tarkista ne kioskin näytöltä. Yrityksiä jäljellä: {left}. Jos kioski ei näytä merkkejä, hylkää avain.',
    ],
    sv: [
      'Tecknen är inte desamma.',
      'Kontrollera dem på kioskens skärm. Försök kvar: {left}. Om kiosken inte visar några tecken, avvisa nyckeln.',
    ],
    en: [
      'The letters are not the same.',
      'Check them on the kiosk’s screen. Tries left: {left}. If the kiosk shows no letters, refuse the key.',
    ],
  },
  'L-691': {
    fi: ['Tämän kioskin avausavain ei odota vahvistusta.', 'Päivitä sivu: joku muu on voinut ratkaista asian.'],
    sv: [
      'Den här kioskens öppningsnyckel väntar inte på bekräftelse.',
      'Uppdatera sidan: någon annan kan ha avgjort saken.',
    ],
    en: ['No opening key of this kiosk waits to be confirmed.', 'Reload the page: somebody else may have settled it.'],
  },
  'L-692': {
    fi: [
      'Merkit olivat väärin liian monta kertaa, ja avain on nyt hylätty.',
      'Pyydä kioskilla jotakuta kirjautumaan: kioski tekee uuden avaimen ja näyttää uudet merkit.',
    ],
    sv: [
      'Tecknen var fel för många gånger, och nyckeln är nu avvisad.',
      'Be någon logga in vid kiosken: den gör en ny nyckel och visar nya tecken.',
    ],
    en: [
      'The letters were wrong too many times, and the key is now refused.',
      'Ask somebody to sign in at the kiosk: it makes a new key and shows new letters.',
    ],
  },
  'L-650': {
    fi: ['Nimi tai salasana ei täsmää.', 'Tarkista molemmat ja yritä uudelleen.'],
    sv: ['Namnet eller lösenordet stämmer inte.', 'Kontrollera båda och försök igen.'],
    en: ['The name or the password is not right.', 'Check both and try again.'],
  },
  'L-651': {
    fi: ['Liian monta väärää yritystä.', 'Odota {untilAt} asti tai pyydä ylläpidolta uusi kutsu.'],
    sv: ['För många felaktiga försök.', 'Vänta till {untilAt} eller be administratören om en ny inbjudan.'],
    en: ['Too many wrong tries.', 'Wait until {untilAt}, or ask an administrator for a new invitation.'],
  },
  'L-652': {
    fi: ['Tili on poistettu käytöstä.', 'Ota yhteys ylläpitoon.'],
    sv: ['Kontot är avstängt.', 'Kontakta administratören.'],
    en: ['The account is switched off.', 'Contact an administrator.'],
  },
  'L-653': {
    fi: [
      'Salasana on liian helppo arvata.',
      'Valitse vähintään {least} merkkiä, jotka eivät ole nimi tai yleinen sana.',
    ],
    sv: ['Lösenordet är för lätt att gissa.', 'Välj minst {least} tecken som inte är ett namn eller ett vanligt ord.'],
    en: [
      'The password is too easy to guess.',
      'Choose at least {least} characters that are not a name or a common word.',
    ],
  },
  'L-654': {
    fi: ['Tilillä ei ole omaa salasanaa täällä.', 'Vaihda salasana siellä, missä kirjaudut.'],
    sv: ['Kontot har inget eget lösenord här.', 'Byt lösenordet där du loggar in.'],
    en: ['The account has no password of its own here.', 'Change the password where you sign in.'],
  },
  'L-655': {
    fi: [
      'Linkki on käytetty, vanhentunut tai korvattu uudemmalla.',
      'Pyydä ylläpidolta uusi linkki. Ensimmäinen linkki on palvelimen lokissa.',
    ],
    sv: [
      'Länken är använd, för gammal eller ersatt av en nyare.',
      'Be administratören om en ny länk. Den första länken finns i serverns logg.',
    ],
    en: [
      'The link has been used, is too old, or a newer one has replaced it.',
      'Ask an administrator for a new one. The first link is in the hub’s log.',
    ],
  },
  'L-656': {
    fi: ['Ylläpitäjiä ei jäisi yhtään.', 'Anna ensin toiselle tilille ylläpitäjän rooli.'],
    sv: ['Ingen administratör skulle bli kvar.', 'Ge först ett annat konto rollen administratör.'],
    en: ['No administrator would be left.', 'Make another account an administrator first.'],
  },
  'L-657': {
    fi: ['Istunto on päättynyt.', 'Kirjaudu uudelleen.'],
    sv: ['Sessionen har upphört.', 'Logga in igen.'],
    en: ['Your session has ended.', 'Sign in again.'],
  },
  'L-659': {
    fi: ['Nouto ei ole vaiheessa, jossa näin voisi tehdä.', 'Avaa nouto uudelleen ja katso sen tila.'],
    sv: ['Ärendet är inte i ett läge där det går att göra.', 'Öppna ärendet på nytt och se var det är.'],
    en: ['The pickup is not in a state to do that with.', 'Open the pickup again and see where it stands.'],
  },
  'L-660': {
    fi: ['Henkilöllä on avoin nouto.', 'Peru nouto ensin ja odota kioskin kuittausta.'],
    sv: ['Personen har ett öppet ärende.', 'Återkalla ärendet först och vänta på kioskens kvittering.'],
    en: ['The person has a live pickup.', 'Revoke it first and wait for the kiosk to acknowledge.'],
  },
  'L-661': {
    fi: ['Pisteen lajia ei voi vaihtaa.', 'Tee uusi piste oikealla lajilla.'],
    sv: ['Diskens typ kan inte ändras.', 'Skapa en ny disk av rätt typ.'],
    en: ['A desk’s kind cannot be changed.', 'Make a new desk of the right kind.'],
  },
  'L-662': {
    fi: ['Joku muu on tallentanut säännöt sillä välin.', 'Lataa uusimmat säännöt ja tee muutokset niihin.'],
    sv: ['Någon annan har sparat reglerna under tiden.', 'Ladda de nyaste reglerna och gör ändringarna i dem.'],
    en: ['Someone else has saved the policy in the meantime.', 'Load the newest policy and make your changes there.'],
  },
  'L-663': {
    fi: ['Säännöissä on ristiriita: {where}.', 'Korjaa merkitty kohta.'],
    sv: ['Reglerna hänger inte ihop: {where}.', 'Rätta det markerade stället.'],
    en: ['The policy does not hold together: {where}.', 'Correct the marked place.'],
  },
  'L-664': {
    fi: ['Pyyntö ei tullut tältä sivulta.', 'Lataa sivu uudelleen ja yritä uudelleen.'],
    sv: ['Begäran kom inte från den här sidan.', 'Ladda om sidan och försök igen.'],
    en: ['The request did not come from this page.', 'Reload the page and try again.'],
  },
  'L-665': {
    fi: [
      'Kirjautuminen organisaation tunnuksella ei onnistunut.',
      'Yritä uudelleen. Jos se ei auta, pyydä ylläpidolta rooli.',
    ],
    sv: [
      'Inloggningen med organisationens konto lyckades inte.',
      'Försök igen. Om det inte hjälper, be administratören om en roll.',
    ],
    en: [
      'Signing in with the organisation’s account did not work.',
      'Try again. If that does not help, ask an administrator for a role.',
    ],
  },
  'L-666': {
    fi: ['Tunnus on jo toisen henkilön.', 'Tarkista tunnus.'],
    sv: ['Kontot hör redan till någon annan.', 'Kontrollera kontot.'],
    en: ['The account is someone else’s already.', 'Check the account.'],
  },
  'L-631': {
    fi: ['Tiedosto on liian suuri: enintään {max} Mt.', 'Jaa tiedosto osiin ja tuo ne erikseen.'],
    sv: ['Filen är för stor: högst {max} MB.', 'Dela upp filen och importera delarna var för sig.'],
    en: ['The file is too large: {max} MB at most.', 'Split the file and import the parts one by one.'],
  },
  'L-632': {
    fi: ['Tiedostossa on liikaa rivejä: enintään {max}.', 'Jaa tiedosto osiin ja tuo ne erikseen.'],
    sv: ['Filen har för många rader: högst {max}.', 'Dela upp filen och importera delarna var för sig.'],
    en: ['The file has too many rows: {max} at most.', 'Split the file and import the parts one by one.'],
  },
  'L-337': {
    fi: [
      'Tiedosto ei ole tekstitaulukko vaan esimerkiksi Excel-työkirja, PDF tai verkkosivu.',
      'Avaa se taulukkolaskennassa, tallenna CSV-muodossa (UTF-8) ja tuo se uudelleen.',
    ],
    sv: [
      'Filen är ingen texttabell utan till exempel en Excel-arbetsbok, en PDF eller en webbsida.',
      'Öppna den i ett kalkylprogram, spara den som CSV (UTF-8) och importera den på nytt.',
    ],
    en: [
      'The file is no table as text, but an Excel workbook, a PDF or a web page, say.',
      'Open it in a spreadsheet program, save it as CSV (UTF-8), and import it again.',
    ],
  },
  'L-633': {
    fi: ['Rivin {row} merkistöä ei tunneta.', 'Tallenna tiedosto UTF-8-muodossa ja tuo se uudelleen.'],
    sv: ['Teckenkodningen på rad {row} är okänd.', 'Spara filen som UTF-8 och importera den på nytt.'],
    en: [
      'The letters of row {row} are in no encoding that is known here.',
      'Save the file as UTF-8 and import it again.',
    ],
  },
  'L-634': {
    fi: ['Sarake ei kelpaa: {column}.', 'Korjaa otsikkorivi ohjeen mukaan. Salasanoja ei koskaan tuoda tiedostosta.'],
    sv: [
      'Kolumnen kan inte användas: {column}.',
      'Rätta rubrikraden enligt anvisningen. Lösenord importeras aldrig från en fil.',
    ],
    en: [
      'This column cannot be used: {column}.',
      'Correct the header row as documented. Passwords are never imported from a file.',
    ],
  },
  'L-635': {
    fi: ['Rivin arvo ei kelpaa: {column}.', 'Korjaa arvo ja tuo rivi uudelleen.'],
    sv: ['Ett värde på raden kan inte användas: {column}.', 'Rätta värdet och importera raden på nytt.'],
    en: ['A value of this row cannot be used: {column}.', 'Correct the value and import the row again.'],
  },
  'L-636': {
    fi: ['Sama tunnus on jo rivillä {row}.', 'Jätä kukin tunnus tiedostoon vain kerran.'],
    sv: ['Samma konto finns redan på rad {row}.', 'Låt varje konto stå i filen bara en gång.'],
    en: ['The same account is already on row {row}.', 'Keep each account in the file once.'],
  },
  'L-637': {
    fi: ['Tunnuksella on jo nouto kesken.', 'Peru se ensin, tai valitse tuonnille, että uusi korvaa vanhan.'],
    sv: [
      'Kontot har redan en hämtning på gång.',
      'Återkalla den först, eller välj för importen att den nya ersätter den gamla.',
    ],
    en: [
      'The account already has a pickup waiting.',
      'Revoke it first, or choose for the import that new ones replace old ones.',
    ],
  },
  'L-638': {
    fi: ['Tuonti ei ole siinä vaiheessa.', 'Päivitä näkymä ja katso tuonnin tila.'],
    sv: ['Importen är inte i det skedet.', 'Uppdatera vyn och se importens läge.'],
    en: ['The import is not at that stage.', 'Refresh the view and see where the import stands.'],
  },
  'L-639': {
    fi: [
      'Osoitteeseen ei saa lähettää.',
      'Käytä julkista https-osoitetta, tai pyydä ylläpitoa sallimaan palvelin keskuspalvelimen asetuksissa.',
    ],
    sv: [
      'Det är inte tillåtet att sända till adressen.',
      'Använd en offentlig https-adress, eller be administratören tillåta servern i centralserverns inställningar.',
    ],
    en: [
      'Nothing may be sent to this address.',
      'Use a public https address, or ask the administrator to allow the server in the hub’s settings.',
    ],
  },
  'L-642': {
    fi: ['Riviä {row} ei voi lukea CSV-tiedostona.', 'Tarkista rivin lainausmerkit ja sarakkeiden määrä.'],
    sv: ['Rad {row} kan inte läsas som CSV.', 'Kontrollera radens citattecken och antalet kolumner.'],
    en: ['Row {row} cannot be read as CSV.', 'Check the quotation marks and the number of columns on that row.'],
  },
  'L-695': {
    fi: [
      'Sama kortti annetaan toiselle henkilölle rivillä {row}.',
      'Korjaa, kumman kortti se on, ja tuo molemmat rivit uudelleen.',
    ],
    sv: [
      'Samma kort ges till en annan person på rad {row}.',
      'Rätta vems kortet är och importera båda raderna på nytt.',
    ],
    en: [
      'The same card is given to another person on row {row}.',
      'Correct whose card it is, and import both rows again.',
    ],
  },
  'L-696': {
    fi: [
      'Kortin numerosta voi puuttua nollia alusta: tiedostossa on pidempiä numeroita, jotka alkavat nollalla.',
      'Vertaa numeroa korttiin. Tallenna sarake taulukkolaskennassa tekstinä.',
    ],
    sv: [
      'Kortnumret kan ha förlorat nollor i början: filen har längre nummer som börjar med noll.',
      'Jämför numret med kortet. Spara kolumnen som text i kalkylprogrammet.',
    ],
    en: [
      'The card may have lost zeros at its beginning: the file has longer numbers that begin with a zero.',
      'Compare the number with the card. Save the column as text in the spreadsheet.',
    ],
  },
  'L-341': {
    fi: [
      'Lähde kertoo samasta henkilöstä kahdesti: myös kohdassa {other}.',
      'Korjaa lähteessä, kumpi on oikea. Kumpaakaan ei ole muutettu.',
    ],
    sv: [
      'Källan uppger samma person två gånger: även på {other}.',
      'Rätta i källan vilken som gäller. Ingendera har ändrats.',
    ],
    en: [
      'The source names the same person twice: also at {other}.',
      'Correct in the source which one is right. Neither has been changed.',
    ],
  },
  'L-342': {
    fi: [
      'Lähde antaa saman kortin kahdelle henkilölle: myös kohdassa {other}.',
      'Korjaa lähteessä, kumman kortti se on. Kumpaakaan ei ole muutettu.',
    ],
    sv: [
      'Källan ger samma kort till två personer: även på {other}.',
      'Rätta i källan vems kortet är. Ingendera har ändrats.',
    ],
    en: [
      'The source gives one card to two people: also at {other}.',
      'Correct in the source whose card it is. Neither has been changed.',
    ],
  },
  'L-343': {
    fi: [
      'Henkilöiden lähteeseen ei saada yhteyttä ({why}).',
      'Ketään ei ole muutettu. Tarkista osoite, varmenne ja verkko; keskuspalvelin yrittää aikataulussa uudelleen.',
    ],
    sv: [
      'Personkällan kan inte nås ({why}).',
      'Ingen har ändrats. Kontrollera adressen, certifikatet och nätet; centralservern försöker igen enligt schemat.',
    ],
    en: [
      'The people source cannot be reached ({why}).',
      'Nobody has been changed. Check the address, the certificate and the network; the hub tries again on schedule.',
    ],
  },
  'L-344': {
    fi: [
      'Henkilöiden lähde antoi vain osan tiedoistaan ({why}).',
      'Ketään ei ole muutettu. Tarkista hakemiston rajat ja keskuspalvelimen tunnuksen oikeudet, ja lue lähde uudelleen.',
    ],
    sv: [
      'Personkällan gav bara en del av sina uppgifter ({why}).',
      'Ingen har ändrats. Kontrollera katalogens gränser och rättigheterna för centralserverns konto, och läs källan på nytt.',
    ],
    en: [
      'The people source gave only a part of what it has ({why}).',
      'Nobody has been changed. Check the directory’s limits and the rights of the hub’s account, and read the source again.',
    ],
  },
  'L-345': {
    fi: [
      'Lähde muuttaisi tai päättäisi {count} henkilöä {of}:stä, enemmän kuin {percent} %.',
      'Katso rivit. Jos ne ovat oikein, vahvista ajo; jos eivät, korjaa lähde ja lue se uudelleen.',
    ],
    sv: [
      'Källan skulle ändra eller avsluta {count} personer av {of}, mer än {percent} %.',
      'Se på raderna. Bekräfta körningen om de stämmer; annars rätta källan och läs den på nytt.',
    ],
    en: [
      'The source would change or end {count} of {of} people, more than {percent} %.',
      'Look at the rows. Confirm the run if they are right; if not, correct the source and read it again.',
    ],
  },
  'L-346': {
    fi: [
      'Kansiossa {folder} ei ole luettavaa CSV-tiedostoa.',
      'Laita kansioon tiedosto, jonka nimi päättyy .csv, ja anna keskuspalvelimelle oikeus lukea se.',
    ],
    sv: [
      'I mappen {folder} finns ingen CSV-fil att läsa.',
      'Lägg en fil vars namn slutar på .csv i mappen, och ge centralservern rätt att läsa den.',
    ],
    en: [
      'The folder {folder} has no CSV file to read.',
      'Put a file there whose name ends in .csv, and let the hub read it.',
    ],
  },
  'L-347': {
    fi: [
      'Henkilöiden lähde ei päästä keskuspalvelinta lukemaan ({why}).',
      'Ketään ei ole muutettu. Tarkista tunnus, salasana, hakukohta ja suodatin lähteen asetuksista.',
    ],
    sv: [
      'Personkällan låter inte centralservern läsa ({why}).',
      'Ingen har ändrats. Kontrollera kontot, lösenordet, sökplatsen och filtret i källans inställningar.',
    ],
    en: [
      'The people source does not let the hub read ({why}).',
      'Nobody has been changed. Check the account, the password, the base and the filter in the source’s settings.',
    ],
  },
  'L-348': {
    fi: [
      'Lähdettä luetaan jo, tai ajo ei ole enää siinä vaiheessa.',
      'Päivitä näkymä ja katso, missä vaiheessa ajo on.',
    ],
    sv: [
      'Källan läses redan, eller körningen är inte längre i det skedet.',
      'Uppdatera vyn och se hur långt körningen har kommit.',
    ],
    en: [
      'The source is being read already, or the run is no longer at that stage.',
      'Refresh the view and see where the run stands.',
    ],
  },
  'L-349': {
    fi: ['Tiedon ”{field}” arvoa ei voi käyttää.', 'Korjaa arvo lähteessä. Muut henkilöt on käsitelty tavallisesti.'],
    sv: [
      'Värdet på uppgiften ”{field}” kan inte användas.',
      'Rätta värdet i källan. De andra personerna har behandlats som vanligt.',
    ],
    en: [
      'The value of “{field}” cannot be used.',
      'Correct the value in the source. The other people were dealt with as usual.',
    ],
  },
  'L-350': {
    fi: [
      'Lähteen riveistä ei näe, kenen ne ovat (rivejä {count}): ketään ei päätetty.',
      'Korjaa rivit, jotta nähdään, kuka lähteestä on poistunut, ja lue lähde uudelleen.',
    ],
    sv: [
      'Källan har rader som inte visar vems de är (antal {count}): ingen avslutades.',
      'Rätta raderna så att det syns vem som har lämnat källan, och läs den på nytt.',
    ],
    en: [
      'The source has rows that do not show whose they are (count: {count}): nobody was ended.',
      'Correct the rows, so that it shows who has left the source, and read it again.',
    ],
  },
  'L-351': {
    fi: [
      'Kansion tiedosto on sama, joka on jo luettu.',
      'Mitään ei tarvitse tehdä. Lue tiedosto uudelleen valitsemalla kaikkien lukeminen.',
    ],
    sv: [
      'Filen i mappen är den som redan har lästs.',
      'Ingenting behöver göras. Välj att läsa alla för att läsa filen på nytt.',
    ],
    en: [
      'The file in the folder is the one that has been read already.',
      'There is nothing to do. To read it again, choose to read everybody.',
    ],
  },
  'L-352': {
    fi: [
      'Henkilön salasanaa poistetaan vielä käytöstä. Henkilöä ei ole vielä poistettu.',
      'Poista henkilö uudelleen hetken kuluttua. Jos tämä toistuu, katso hälytykset: hakemisto ei ehkä vastaa.',
    ],
    sv: [
      'Personens lösenord håller ännu på att spärras. Personen har inte raderats ännu.',
      'Radera personen på nytt om en stund. Om detta upprepas, se larmen: katalogen svarar kanske inte.',
    ],
    en: [
      'The person’s password is still being disabled. The person has not been erased yet.',
      'Erase the person again in a moment. If this happens again, see the alarms: the directory may be away.',
    ],
  },
} as const satisfies Record<`L-${string}`, Texts>
