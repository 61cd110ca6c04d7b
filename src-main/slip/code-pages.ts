/**
 * The code pages a slip may be printed in, as tables from code point to byte, and their `ESC t n` numbers on Epson
 * printers (ESC/POS Command Reference, ESC t). The tables are our own: a password must not depend on a library's.
 */
export type CodePage = 'windows1252' | 'cp858' | 'cp852'
export const codePages: readonly CodePage[] = ['windows1252', 'cp858', 'cp852']
const numbers: Readonly<Record<CodePage, number>> = { windows1252: 16, cp858: 19, cp852: 18 }

/** Marks a place that is unassigned, or no letter on paper: a control, a hard space, a soft hyphen. */
const hole = '\u2400'
/** Bytes 0x80-0xFF, sixteen to a row. */
const upper: Readonly<Record<CodePage, string>> = {
  windows1252:
    '€␀‚ƒ„…†‡ˆ‰Š‹Œ␀Ž␀' +
    '␀‘’“”•–—˜™š›œ␀žŸ' +
    '␀¡¢£¤¥¦§¨©ª«¬␀®¯' +
    '°±²³´µ¶·¸¹º»¼½¾¿' +
    'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ' +
    'ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß' +
    'àáâãäåæçèéêëìíîï' +
    'ðñòóôõö÷øùúûüýþÿ',
  cp858:
    'ÇüéâäàåçêëèïîìÄÅ' +
    'ÉæÆôöòûùÿÖÜø£Ø×ƒ' +
    'áíóúñÑªº¿®¬½¼¡«»' +
    '░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐' +
    '└┴┬├─┼ãÃ╚╔╩╦╠═╬¤' +
    'ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀' +
    'ÓßÔÒõÕµþÞÚÛÙýÝ¯´' +
    '␀±‗¾¶§÷¸°¨·¹³²■␀',
  cp852:
    'ÇüéâäůćçłëŐőîŹÄĆ' +
    'ÉĹĺôöĽľŚśÖÜŤťŁ×č' +
    'áíóúĄąŽžĘę¬źČş«»' +
    '░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐' +
    '└┴┬├─┼Ăă╚╔╩╦╠═╬¤' +
    'đĐĎËďŇÍÎě┘┌█▄ŢŮ▀' +
    'ÓßÔŃńňŠšŔÚŕŰýÝţ´' +
    '␀˝˛ˇ˘§÷¸°¨˙űŘř■␀',
}

const tables = new Map<CodePage, ReadonlyMap<number, number>>()

/** Printable code points of a page: ASCII 0x20-0x7E as itself (with `ESC R 0`), and the page's upper half. */
export function tableOf(page: CodePage): ReadonlyMap<number, number> {
  const known = tables.get(page)
  if (known !== undefined) return known
  const table = new Map<number, number>()
  for (let byte = 0x20; byte < 0x7f; byte++) table.set(byte, byte)
  ;[...upper[page]].forEach((letter, i) => {
    if (letter !== hole) table.set(letter.codePointAt(0) ?? 0, 0x80 + i)
  })
  tables.set(page, table)
  return table
}

/** `ESC R 0` (international set U.S.A.) and `ESC t n`: after a power cycle a printer may start in another. */
export function selectCodePage(page: CodePage): Buffer {
  return Buffer.from([0x1b, 0x52, 0x00, 0x1b, 0x74, numbers[page]])
}
