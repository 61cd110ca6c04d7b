/** Setting a desk up, and signing in at it. */
import { describe, expect, it } from 'vitest'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import { scenes } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()
const { open, tap, asked } = desk

describe('setting up readers', () => {
  it('shows what is plugged in and why one is not read, learns one, and gives it back when the screen is left', async () => {
    await open('queue')
    await tap('shift')
    await tap('readers')
    await expect.poll(() => desk.page.getByTestId('reader-device').count()).toBe(3)
    expect(await desk.page.getByTestId('screen-readers').textContent()).toContain('60-lodge.rules')
    const listed = {
      devices: [
        {
          path: '/dev/hidraw2',
          product: 'pcProx',
          vendorId: 0x0c27,
          productId: 0x3bfa,
          usagePage: 1,
          usage: 6,
          used: false,
          rule: null,
          failure: null,
        },
      ],
    }
    const learning = {
      path: '/dev/hidraw2',
      product: 'pcProx',
      reads: [],
      suggestion: null,
      alsoFits: [],
      failure: null,
    }
    const read = { kind: 'card', length: 8, alphabet: 'digits', ends: '03' } as const
    desk.kiosk.script({ readers: () => ok({ ...listed, learning: { ...learning, reads: [read] } }) })
    await desk.page.getByTestId('learn').nth(2).click()
    await expect.poll(() => desk.page.getByTestId('read').count()).toBe(1)
    expect(await desk.page.getByTestId('learning').textContent()).toContain('1 of 3')
    desk.kiosk.script({
      readers: () =>
        ok({
          ...listed,
          learning: { ...learning, reads: [read, read, read], suggestion: '{"decoder":"pcprox"}', alsoFits: ['plain'] },
        }),
    })
    await desk.page.getByTestId('suggestion').waitFor()
    await tap('back')
    await expect
      .poll(() => desk.kiosk.calls.filter(({ method }) => method === 'learnReader').map(({ input }) => input))
      .toEqual([{ path: '/dev/hidraw2' }, { path: null }])
  })
  it('carries the ledger by stick, shows a refusal with its next step, and says what arrived', async () => {
    await open('queue')
    await tap('shift')
    await tap('carry')
    await desk.page.getByTestId('stick').waitFor()
    await tap('carry-write')
    await expect.poll(() => desk.page.getByTestId('carry-done').textContent()).toContain('12 entries')
    desk.kiosk.script({ takeReceipt: () => fail('L-623') })
    await tap('carry-take')
    expect(await desk.page.getByTestId('failure').textContent()).toContain('L-623')
    desk.kiosk.script({ sticks: () => ok({ sticks: [], writing: { done: 4000, total: 9000 } }) })
    await desk.page.getByRole('progressbar').waitFor()
    const asked = desk.kiosk.calls.filter(({ method }) => method === 'carryLedger' || method === 'takeReceipt')
    expect(asked.map(({ input }) => input)).toEqual([
      { stick: '/media/lodge/TIKKU', whole: false },
      { stick: '/media/lodge/TIKKU' },
    ])
  })
  it('is not there for a porter', async () => {
    await open('queue')
    const { staff } = scenes.queue
    if (staff === null) throw new Error('nobody signed in')
    desk.kiosk.show({ ...scenes.queue, staff: { ...staff, role: 'porter' } })
    await tap('shift')
    await desk.page.getByTestId('end-shift').waitFor()
    expect(await desk.page.getByTestId('readers').count()).toBe(0)
  })
})

describe('signing in', () => {
  it('takes a PIN by touch, shows dots only, and forgets a wrong one', async () => {
    await open('pin')
    desk.kiosk.script({ enterPin: () => fail('L-402', { left: 1 }) })
    for (const digit of '582047') await tap(`pin-key-${digit}`)
    expect(await desk.page.getByTestId('pin-dots').getAttribute('data-count')).toBe('6')
    expect(await desk.page.content()).not.toContain('582047')
    await tap('pin-enter')
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
    await desk.page.getByTestId('failure').waitFor()
    expect(await desk.page.getByTestId('pin-dots').getAttribute('data-count')).toBe('0')
  })

  it('says within a tenth of a second that a PIN is being checked, and takes no second one meanwhile', async () => {
    await open('pin')
    let answer: () => void = () => undefined
    const checked = new Promise<void>((resolve) => {
      answer = resolve
    })
    desk.kiosk.script({ enterPin: () => checked.then(() => ok(null)) })
    await desk.page.evaluate(() => {
      new MutationObserver(() => {
        const said = document.querySelector('[data-testid="pin-checking"]')?.textContent ?? ''
        if (said !== '') performance.mark('checking')
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
      window.addEventListener('keydown', ({ key }) => key === 'Enter' && performance.mark('entered'), true)
    })
    await desk.page.keyboard.type('582047')
    await desk.page.keyboard.press('Enter')
    await expect.poll(() => desk.page.getByTestId('pin-checking').innerText()).toBe('Checking…')
    const waited = await desk.page.evaluate(() => {
      const [from, to] = ['entered', 'checking'].map((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN)
      return (to ?? NaN) - (from ?? NaN)
    })
    expect(waited).toBeLessThan(100)
    expect(await desk.page.getByTestId('pin-key-1').isDisabled()).toBe(true)
    answer()
    await expect.poll(() => desk.page.getByTestId('pin-checking').innerText()).toBe('')
  })

  it('takes a PIN by keyboard', async () => {
    await open('pin')
    await desk.page.keyboard.type('58204')
    await desk.page.keyboard.press('Backspace')
    await desk.page.keyboard.type('47')
    await desk.page.keyboard.press('Enter')
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
  })

  it('asks for a chosen PIN twice, and sends it only when both are the same', async () => {
    await open('pin-first-supervisor')
    await desk.page.keyboard.type('582047')
    await desk.page.keyboard.press('Enter')
    await desk.page.keyboard.type('582048')
    await desk.page.keyboard.press('Enter')
    await desk.page.getByTestId('pin-differ').waitFor()
    expect(desk.kiosk.calls).toEqual([])
    for (let round = 0; round < 2; round += 1) {
      await desk.page.keyboard.type('582047')
      await desk.page.keyboard.press('Enter')
    }
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
  })

  it('enrols with an address and a code', async () => {
    await open('enrol')
    expect(await desk.page.getByTestId('enrol-submit').isDisabled()).toBe(true)
    await desk.page.getByTestId('enrol-hub').fill('https://hub.suvanto.example')
    await desk.page.getByTestId('enrol-code').fill(' ABCD-EFGH ')
    await desk.page.keyboard.press('Enter')
    expect(await asked(1)).toEqual([
      { method: 'enrol', input: { hub: 'https://hub.suvanto.example', code: 'ABCD-EFGH' } },
    ])
  })
})
