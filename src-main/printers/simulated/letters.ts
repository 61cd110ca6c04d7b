/**
 * From a byte to the letter that the printer would print: code pages and international sets (ESC/POS Command Reference,
 * ESC t and ESC R).
 */
import iconv from 'iconv-lite'

/** ESC t n on Epson printers; only pages that carry Latin letters. */
const pages: Readonly<Record<number, string>> = {
  0: 'cp437',
  2: 'cp850',
  3: 'cp860',
  4: 'cp863',
  5: 'cp865',
  16: 'windows1252',
  18: 'cp852',
  19: 'cp858',
}

/** ESC R n: which of `# $ @ [ \ ] ^ ` { | } ~` are replaced (command reference, ESC R). */
const international: Readonly<Record<number, string>> = {
  0: '#$@[\\]^`{|}~',
  1: '#$à°ç§^`éùè¨',
  2: '#$§ÄÖÜ^`äöüß',
  3: '£$@[\\]^`{|}~',
  4: '#$@ÆØÅ^`æøå~',
  5: '#¤ÉÄÖÅÜéäöåü',
  6: '#$@°\\é^ùàòèì',
  7: '₧$@¡Ñ¿^`¨ñ}~',
  8: '#$@[¥]^`{|}~',
  9: '#¤ÉÆØÅÜéæøåü',
  10: '#$ÉÆØÅÜéæøåü',
}
const replaced = '#$@[\\]^`{|}~'

/** The page that ESC t n selects; the default page for one that carries no Latin letters. */
export function pageOf(n: number): string {
  return pages[n] ?? 'cp437'
}

/** `set`: international set by ESC R. */
export function letterOf(byte: number, page: string, set: number): string {
  if (byte >= 0x80) return iconv.decode(Buffer.from([byte]), page)
  const place = replaced.indexOf(String.fromCharCode(byte))
  return place < 0 ? String.fromCharCode(byte) : ((international[set] ?? replaced)[place] ?? ' ')
}
