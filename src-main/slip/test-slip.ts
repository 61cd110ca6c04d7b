/** A test slip: every letter the desk prints, no secret, nothing about anyone. */
import type { Language } from '../../src-shared/domain/index.ts'
import { selectCodePage } from './code-pages.ts'
import { bytesOf, columnsOf, encoder, layoutPage, wrapped } from './lines.ts'
import { slipText } from './names.ts'

const texts: Readonly<Record<Language, { readonly title: string; readonly body: string }>> = {
  fi: { title: 'Koetuloste', body: 'Tulostin toimii, jos tämä teksti on luettava ja paperi leikattu. Hävitä tuloste.' },
  sv: {
    title: 'Provutskrift',
    body: 'Skrivaren fungerar om texten är läslig och pappret avskuret. Förstör utskriften.',
  },
  en: {
    title: 'Test slip',
    body: 'The printer works if this text is readable and the paper is cut. Destroy this slip.',
  },
}
const letters = 'ABC abc ÅÄÖ åäö 0123456789 !#%&?'

/** `when`: date and time as printed. */
export function layoutTestSlip(
  content: { readonly language: Language; readonly desk: string; readonly when: string },
  paper: 58 | 80,
) {
  const columns = columnsOf[paper]
  const select = selectCodePage(layoutPage)
  const { title, body: words } = texts[content.language]
  const head = encoder(columns).initialize().codepage(layoutPage).align('center')
  wrapped(head, slipText(content.desk), columns)
  wrapped(head.size(2, 2), title, columns / 2)
  head.size(1, 1).align('left').newline()
  const body = encoder(columns)
  wrapped(body, slipText(content.when), columns)
  wrapped(body, letters, columns)
  wrapped(body, words, columns)
  body.newline(4).cut('partial')
  return { header: Buffer.concat([bytesOf(head), select]), body: Buffer.concat([select, bytesOf(body)]) }
}
