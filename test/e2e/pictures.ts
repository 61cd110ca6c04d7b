/**
 * Makes docs/pictures/handover.png: the screen after a passport was scanned, the slip it printed and the audit
 * timeline, side by side. `node test/e2e/pictures.ts` on a machine with a browser.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { done, untilSent } from '../../src-main/demo/acts.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import { slipPng } from '../../src-main/printers/simulated/index.ts'
import { startWholeKiosk } from './whole-kiosk.ts'

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const kiosk = await startWholeKiosk()
const { desk, page, world } = kiosk
const person = world.institution.recipients[0]
if (person === undefined) throw new Error('no visitor')
const see = (id: string) => page.getByTestId(id).first().waitFor()

const issued = done(
  await world.hub.agent.call('issue', {
    body: {
      account: person.account,
      desk: desk.id,
      channel: 'porter',
      requestReference: 'PYY-2291',
      secretKind: 'password',
    },
  }),
)
done(await desk.client.syncNow({}))
await untilSent(desk)
done(await desk.client.syncNow({}))
await page.getByTestId('language-en').click()
desk.reader.tap(person.cards[0] ?? '')
await see('screen-arrival')
desk.reader.tap(desk.porter.badge)
await see('screen-pin')
await page.keyboard.type(desk.porter.pin)
await page.keyboard.press('Enter')
await see('screen-queue')
desk.reader.scanDocument(passportOf(person))
await see('document-read')
const screen = await page.screenshot()
await page.getByTestId('slip-language-en').click()
await page.getByTestId('print').click()
await see('screen-hand-over')
await page.getByTestId('handed-over').click()
await untilSent(desk)
const strip = desk.printer.takeSlips()[0]?.strip
if (strip === undefined) throw new Error('no slip')
const slip = await slipPng(strip)
const { events } = done(await world.hub.agent.call('timeline', { query: { pickup: issued.pickup } }))
const rows = events
  .map((event) => {
    const detail = Object.entries(event.detail)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ')
    return `<tr><td>${new Date(event.time ?? 0).toLocaleTimeString('fi-FI')}</td><td><b>${event.kind}</b></td><td>${event.actor ?? ''}</td><td>${detail}</td></tr>`
  })
  .join('')
const picture = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
await page.setViewportSize({ width: 1600, height: 900 })
await page.goto('about:blank')
await page.setContent(`<style>body{margin:0;padding:32px;background:#e6eaee;font:15px/1.45 'IBM Plex Sans',system-ui,sans-serif;color:#1b2430;display:grid;grid-template-columns:1fr 330px;gap:32px;align-items:start}
.left{display:grid;gap:24px}.screen{width:100%;border-radius:10px;box-shadow:0 4px 24px #0003}.slip{width:330px;box-shadow:0 4px 24px #0003}
table{border-collapse:collapse;width:100%;background:#fff;border-radius:10px;box-shadow:0 4px 24px #0002}td{padding:6px 14px;border-bottom:1px solid #e3e7eb}</style>
<div class="left"><img class="screen" src="${picture(screen)}"><table>${rows}</table></div><img class="slip" src="${picture(slip)}">`)
writeFileSync(`${folder}handover.png`, await page.screenshot({ fullPage: true }))
await kiosk.stop()
