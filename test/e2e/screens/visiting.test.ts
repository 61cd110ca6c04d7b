/** Visitors at a screen where nobody is signed in: their language, and calling for staff. */
import { describe, expect, it } from 'vitest'
import { CallId } from '../../../src-shared/domain/index.ts'
import { fail } from '../../../src-shared/failures/result.ts'
import { scenes } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()
const { open, show, tap } = desk
const language = () => desk.page.locator('html').getAttribute('lang')

describe('a visitor’s language', () => {
  it('is the one that they chose, whatever the record says, and goes when they go', async () => {
    await open('idle', { language: 'en' })
    await tap('language-sv')
    await show('arrival')
    await expect.poll(() => desk.page.locator('h1').textContent()).toBe('A. K. V., du har något att hämta')
    await show('idle')
    await expect.poll(language).toBe('en')
    // The next one is greeted in the language of their record, and so is whoever comes straight after.
    await show('arrival')
    await expect.poll(language).toBe('fi')
    await tap('language-en')
    await expect.poll(language).toBe('en')
    await show('arrival-tell-desk')
    await expect.poll(language).toBe('sv')
  })
})

it('the other service points that are open are one tap away, with their addresses; none, no button', async () => {
  await open('idle')
  expect(await desk.page.getByTestId('other-desks-open').count()).toBe(0)
  await show('idle-other-desks')
  await tap('other-desks-open')
  const place = desk.page.getByTestId('place-helpdesk')
  expect(await place.innerText()).toMatch(/IT service point[^]*Fabianinkatu 28, 00100 Helsinki[^]*Open until 20:00/)
  await tap('other-desks-close')
  await desk.page.getByTestId('place-helpdesk').waitFor({ state: 'detached' })
})

describe('calling for staff', () => {
  const where = () =>
    desk.page.evaluate(() =>
      [...document.querySelectorAll('main h1, main p:not([role=status]), main button, main svg, main .card')].map(
        (element) => {
          const { x, y, width, height } = element.getBoundingClientRect()
          return [x, y, width, height].map(Math.round).join(' ')
        },
      ),
    )

  it.each([
    ['idle', 'idle-called', { width: 1024, height: 600 }],
    ['idle', 'idle-called', { width: 800, height: 1280 }],
    ['idle-check-in', 'idle-check-in-called', { width: 1024, height: 600 }],
  ] as const)(
    'is answered in three languages, and nothing moves for it: %s, %s, %o',
    async (before, after, viewport) => {
      await open(before, { viewport })
      const stood = await where()
      expect(stood.length).toBeGreaterThan(5)
      await show(after)
      const answer = desk.page.getByTestId('staff-called')
      await expect.poll(() => answer.locator('[lang]').count()).toBe(3)
      await expect.poll(() => desk.page.getByTestId('call-staff').locator('.shown [lang]').count()).toBe(3)
      expect(await where()).toEqual(stood)
    },
  )

  it('rings at the desk’s own screen, signed in or not, and each time', async () => {
    for (const scene of ['idle', 'queue'] as const) {
      await open(scene)
      for (let time = 0; time < 2; time += 1) {
        desk.kiosk.ring({ id: CallId.parse('call'.padEnd(22, '0')), at: scenes.idle.now, from: 'desk' })
        await expect.poll(() => desk.page.getByTestId('cue').getAttribute('data-cue')).toBe('attention')
        await show(scene === 'idle' ? 'arrival' : 'verify-scan')
        await show(scene)
      }
    }
  })

  it('is not offered where nothing would ring: without a connection, or with the sounds off', async () => {
    await open('idle-check-in')
    await desk.page.getByTestId('call-staff').waitFor()
    await show('idle-check-in-offline')
    await expect.poll(() => desk.page.getByTestId('call-staff').count()).toBe(0)
    await show('idle')
    await desk.page.getByTestId('call-staff').waitFor()
    await tap('look-open')
    await tap('sounds-off')
    await tap('look-close')
    await expect.poll(() => desk.page.getByTestId('call-staff').count()).toBe(0)
  })

  it('says that a call did not get through, and not that anybody was called', async () => {
    await open('idle-check-in')
    desk.kiosk.script({ callStaff: () => fail('L-245') })
    await tap('call-staff')
    await desk.page.getByTestId('call-unheard').waitFor({ state: 'attached' })
    expect(await desk.page.getByTestId('call-staff').locator('.shown').innerText()).toContain('did not get through')
    expect(await desk.page.getByTestId('staff-called').count()).toBe(0)
  })
})
