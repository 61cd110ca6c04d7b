/** Serving a person: every tap says to the engine exactly what the screen says to the person. */
import { describe, expect, it } from 'vitest'
import { fail } from '../../../src-shared/failures/result.ts'
import { aino, scenes } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()
const { open, show, tap, asked } = desk

describe('serving a person', () => {
  it('prints with one tap when a document was read, in the language preselected', async () => {
    await open('verify-document')
    expect(await desk.page.getByTestId('slip-language-fi').getAttribute('aria-pressed')).toBe('true')
    await tap('print')
    const [first, second] = await asked(2)
    expect(first).toEqual({ method: 'verifyDocument', input: { pickup: aino.id } })
    expect(second).toMatchObject({ method: 'release', input: { pickup: aino.id, language: 'fi' } })
  })

  it('prints by eye only with a kind and a real birth date, keyed by touch or keyboard', async () => {
    await open('verify-scan')
    await tap('by-eye-kind-passport')
    expect(await desk.page.getByTestId('by-eye-print').isDisabled()).toBe(true)
    await tap('by-eye-kind-identity-card')
    await tap('by-eye-country-SWE')
    for (const digit of '31021999') await tap(`birth-key-${digit}`)
    await desk.page.getByTestId('by-eye-not-a-date').waitFor()
    expect(await desk.page.getByTestId('by-eye-print').isDisabled()).toBe(true)
    await tap('birth-clear')
    await desk.page.keyboard.type('24121999')
    expect(await desk.page.getByTestId('by-eye-birth-date').textContent()).toBe('24.12.1999')
    await tap('slip-language-sv')
    await tap('by-eye-print')
    const [first, second] = await asked(2)
    expect(first).toEqual({
      method: 'verifyByEye',
      input: { pickup: aino.id, kind: 'identity-card', issuerCountry: 'SWE', birthDate: '1999-12-24', statement: true },
    })
    expect(second).toMatchObject({ method: 'release', input: { language: 'sv' } })
  })

  it('shows a refusal with its next step and code, and prints nothing', async () => {
    await open('verify-document')
    desk.kiosk.script({ verifyDocument: () => fail('L-303') })
    await tap('print')
    expect(await desk.page.getByTestId('failure-code').textContent()).toContain('L-303')
    expect(await desk.page.getByTestId('next-step').textContent()).toBe('Scan it again, or check the document by eye.')
    expect((await asked(1)).map(({ method }) => method)).toEqual(['verifyDocument'])
  })

  it('says one thing of another person’s document, prints nothing beside it, and keeps the name in view', async () => {
    await open('verify-document', { viewport: { width: 1024, height: 600 } })
    const read = scenes['verify-document'].counter
    if (read.step !== 'verify') throw new Error(read.step)
    desk.kiosk.show({ ...scenes['verify-document'], counter: { ...read, notice: { code: 'L-229' } } })
    await expect.poll(() => desk.page.getByTestId('failure').count()).toBe(1)
    expect(await desk.page.getByTestId('print').count()).toBe(0)
    await show('verify-other-person')
    await desk.page.getByTestId('open-other').waitFor()
    expect(await desk.page.getByTestId('failure').count()).toBe(1)
    await desk.page.getByTestId('no-slip-someone-elses-errand').scrollIntoViewIfNeeded()
    const name = await desk.page.getByTestId('pickup-name').boundingBox()
    expect(name?.y ?? -1).toBeGreaterThan(0)
    await tap('open-other')
    expect((await asked(1))[0]).toMatchObject({ method: 'openPickup' })
  })

  it('does not offer to print while the printer cannot, nor a blocked pickup', async () => {
    await open('verify-paper-out')
    expect(await desk.page.getByTestId('print').isDisabled()).toBe(true)
    await tap('check-printer')
    expect((await asked(1))[0]?.method).toBe('checkPrinter')
    await show('verify-blocked')
    expect(await desk.page.getByTestId('print').count()).toBe(0)
    expect(await desk.page.getByTestId('blocked').textContent()).toContain('HR')
  })

  it.each(['no-id-with-them', 'expired', 'photo-differs', 'name-differs', 'someone-elses-errand'])(
    'records %s with one tap',
    async (reason) => {
      await open('verify-scan')
      await tap(`no-slip-${reason}`)
      expect(await asked(1)).toEqual([{ method: 'noSlip', input: { pickup: aino.id, reason } }])
    },
  )

  it.each([
    ['handed-over', ['handed-over']],
    ['spoiled', ['spoiled']],
    ['nothing-came-out', ['nothing-came-out']],
    ['missing', ['missing', 'missing-confirm']],
  ])('settles a slip as %s', async (settlement, taps) => {
    await open('hand-over')
    for (const each of taps) {
      expect(desk.kiosk.calls).toEqual([])
      await tap(each)
    }
    expect(await asked(1)).toMatchObject([{ method: 'settle', input: { settlement } }])
  })

  it('asks before a signing out leaves a slip behind, and says whose it is and since when', async () => {
    await open('queue-unsettled')
    await tap('sign-out')
    expect(await desk.page.getByTestId('leaving-slip').innerText()).toMatch(
      /Aino Kaarina Virtanen.*MYL-0427.*Pekka Salo/,
    )
    expect(desk.kiosk.calls.filter(({ method }) => method === 'signOut')).toEqual([])
    await tap('leaving-stay')
    expect((await asked(1))[0]).toEqual({ method: 'openPickup', input: { pickup: aino.id } })
    await tap('sign-out')
    await tap('leaving-leave')
    expect((await asked(2))[1]?.method).toBe('signOut')
    // Who comes next is told who printed it, and when.
    await show('hand-over-of-another')
    expect(await desk.page.getByTestId('printed-by').innerText()).toBe('Printed by Erja Esimies, 09:12')
  })

  it('has people look at the printer before any answer, where nobody knows what came out', async () => {
    await open('hand-over-uncertain')
    const y = async (id: string) => (await desk.page.getByTestId(id).boundingBox())?.y ?? -1
    expect(await desk.page.locator('h1').innerText()).toBe('Look at the printer')
    expect(await desk.page.locator('main .button-primary').count()).toBe(0)
    for (const id of ['printer-trouble', 'nothing-came-out', 'spoiled'])
      expect(await y(id), id).toBeLessThanOrEqual(await y('handed-over'))
  })

  it('drops what the printer said once it can print again', async () => {
    await open('verify-document')
    const verify = scenes['verify-document'].counter
    const said = { ...scenes['verify-paper-out'], counter: { ...verify, notice: { code: 'L-501' as const } } }
    desk.kiosk.show(said)
    await expect.poll(() => desk.page.getByTestId('failure-code').count()).toBeGreaterThan(0)
    desk.kiosk.show({ ...said, printer: scenes.idle.printer })
    await expect.poll(() => desk.page.getByTestId('failure-code').count()).toBe(0)
    expect(await desk.page.getByTestId('print').isEnabled()).toBe(true)
  })

  it('tells the second slip of a person from the first, and says that the first is recorded', async () => {
    await open('verify-second')
    expect(await desk.page.getByTestId('series').innerText()).toMatch(/Slip 2 of 2.*avirtane has been handed over/)
    const weight = await desk.page
      .getByText('Account avirtane-lab')
      .evaluate((element) => Number(getComputedStyle(element).fontWeight))
    expect(weight).toBeGreaterThanOrEqual(600)
  })

  it('goes back by Esc: out of the check by eye, then out of the pickup; and out of a search', async () => {
    await open('verify-scan')
    await tap('by-eye-kind-passport')
    await desk.page.getByTestId('by-eye-panel').waitFor()
    await desk.page.keyboard.press('Escape')
    await desk.page.getByTestId('by-eye-panel').waitFor({ state: 'detached' })
    expect(await asked(0)).toEqual([])
    await desk.page.keyboard.press('Escape')
    expect((await asked(1))[0]?.method).toBe('dismiss')
    await show('queue')
    await desk.page.getByTestId('queue-search').fill('okonkwo')
    await desk.page.getByTestId('queue-search').press('Escape')
    expect(await desk.page.getByTestId('queue-search').inputValue()).toBe('')
  })

  it('puts unsettled slips before the queue, and opens them from there', async () => {
    await open('queue-unsettled')
    const banner = await desk.page.getByTestId('unsettled-banner').boundingBox()
    const row = await desk.page.getByTestId('queue-row').first().boundingBox()
    expect(banner?.y).toBeLessThan(row?.y ?? 0)
    await tap('unsettled-open')
    expect(await asked(1)).toEqual([{ method: 'openPickup', input: { pickup: aino.id } }])
  })

  it('finds a waiting person by name from the arrived tab, by keyboard alone', async () => {
    await open('queue')
    await expect.poll(() => desk.page.getByTestId('queue-row').count()).toBe(2)
    await desk.page.getByTestId('queue-search').focus()
    await desk.page.keyboard.type('okonkwo')
    await expect.poll(() => desk.page.getByTestId('queue-row').count()).toBe(1)
    for (
      let step = 0;
      step < 6 && !(await desk.page.getByTestId('queue-row').evaluate((row) => row === document.activeElement));
      step += 1
    )
      await desk.page.keyboard.press('Tab')
    await desk.page.keyboard.press('Enter')
    expect((await asked(1))[0]?.method).toBe('openPickup')
    await desk.page.getByTestId('queue-search').fill('nobody at all')
    await desk.page.getByTestId('queue-empty').waitFor()
  })
})

describe('a desk without a keyboard', () => {
  it('finds a person by touch alone, letters of the Finnish and Swedish alphabet included', async () => {
    await open('queue', { viewport: { width: 1024, height: 600 } })
    await tap('keyboard-show')
    for (const letter of 'åströx') await tap(`key-${letter}`)
    await desk.page.getByTestId('queue-empty').waitFor()
    await tap('key-erase')
    await tap('key-m')
    await tap('keyboard-close')
    await expect.poll(() => desk.page.getByTestId('queue-row').count()).toBe(1)
    await tap('queue-row')
    expect((await asked(1))[0]?.method).toBe('openPickup')
  })
})
