/** A slip without a secret: what to do, in another language than that of the slip with the secret. */
import { selectCodePage } from './code-pages.ts'
import { bytesOf, columnsOf, encoder, layoutPage, wrapped } from './lines.ts'
import { slipText } from './names.ts'
import { footLines, headLines, logoBytes, type SlipBasics } from './template.ts'
import { slipTexts } from '../../src-shared/domain/slip-texts.ts'

/** `content.slipNumber`: the slip that carries the secret. */
export function layoutInstructions(content: SlipBasics, paper: 58 | 80): { header: Buffer; body: Buffer } {
  const columns = columnsOf[paper]
  const texts = slipTexts[content.language]
  const select = selectCodePage(layoutPage)
  const head = headLines(content, texts.instructions.title, columns)
  const body = encoder(columns)
  wrapped(body, texts.instructions.where[content.secretKind].replace('{number}', slipText(content.slipNumber)), columns)
  body.newline()
  const legend = texts.legend.split('  ')
  const perLine = paper === 80 ? 2 : 1
  for (let at = 0; at < legend.length; at += perLine) body.line(legend.slice(at, at + perLine).join('   '))
  wrapped(body, texts.spaceLegend, columns)
  body.rule({ style: 'single' })
  footLines(body, content, columns, paper)
  return {
    header: Buffer.concat([logoBytes(content.logo), bytesOf(head), select]),
    body: Buffer.concat([select, bytesOf(body)]),
  }
}
