/** Crashes, hangs, second starts, keystores and endings of the built Electron shell. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startShellDesk, type ShellDesk } from './desk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const desks: ShellDesk[] = []
const start = async (...options: Parameters<typeof startShellDesk>) => {
  const desk = await startShellDesk(...options)
  desks.push(desk)
  return desk
}
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.stop()
})
const serving = async (desk: ShellDesk) => {
  const page = await desk.page()
  await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
  return page
}
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const enginePid = async (desk: ShellDesk) => {
  const { pid } = await desk.shell.reported('engine', 0)
  if (pid === null) throw new Error('no engine')
  return pid
}

describe('the window’s process', () => {
  it('dying is reloaded; dying three times in a minute is stopped with whom to call, and a person may try again', async () => {
    const desk = await start()
    let page = await serving(desk)
    const die = async () => {
      await desk.shell.disconnect()
      const loaded = desk.shell.reported('loaded')
      desk.shell.order({ standin: 'gone', reason: 'crashed' })
      await loaded
      page = await desk.shell.page({ afresh: true })
    }
    for (let death = 0; death < 2; death += 1) {
      await die()
      await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
    }
    await die()
    await page.getByTestId('stopped-code').waitFor({ timeout: 20_000 })
    const text = await page.locator('body').innerText()
    expect(text).toContain('L-910')
    expect(text).toContain('IT helpdesk 09 0000')
    for (const language of ['fi', 'sv', 'en']) expect(await page.locator(`section[lang=${language}]`).count()).toBe(1)
    await page.getByTestId('again').click()
    await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
    expect(alive(await enginePid(desk))).toBe(true)
  })

  it('out of memory gets a window made anew', async () => {
    const desk = await start()
    await serving(desk)
    await desk.shell.disconnect()
    const anew = desk.shell.reported('window')
    const loaded = desk.shell.reported('loaded')
    desk.shell.order({ standin: 'gone', reason: 'oom' })
    await anew
    await loaded
    const page = await desk.shell.page({ afresh: true })
    await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
  })

  it('hanging is ended and reloaded', async () => {
    const desk = await start()
    let page = await serving(desk)
    const hung = desk.shell.reported('unresponsive')
    const loaded = desk.shell.reported('loaded')
    page
      .evaluate(() => {
        for (;;);
      })
      .catch(() => undefined)
    await hung
    await loaded
    page = await desk.shell.page({ afresh: true })
    await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
  })

  it('outlives the engine, which is started again', async () => {
    const desk = await start()
    const page = await serving(desk)
    const first = await enginePid(desk)
    const next = desk.shell.reported('engine')
    process.kill(first, 'SIGKILL')
    expect((await next).pid).not.toBe(first)
    await page.getByTestId('engine-notice').waitFor({ state: 'detached', timeout: 15_000 })
    await page.getByTestId('screen-enrol').waitFor()
  })
})

describe('a second start', () => {
  it('says that Lodge is open already, leaves, and brings the first window forward', async () => {
    const desk = await start()
    await serving(desk)
    const focused = desk.shell.reported('focused')
    const second = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--import',
        join(root, 'test/electron-standin/register.ts'),
        join(root, 'out/main/electron.js'),
      ],
      {
        env: { ...process.env, STANDIN_DIR: join(desk.folder, 'machine') },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    second.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
    const [code] = (await once(second, 'exit')) as [number]
    expect(code).toBe(3)
    expect(said).toContain('L-912')
    await focused
  })

  it('with a debugging switch is refused when packaged', async () => {
    const desk = await start({ env: { STANDIN_PACKAGED: '1' } })
    await desk.shell.reported('chromium', 0)
    const second = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--import',
        join(root, 'test/electron-standin/register.ts'),
        join(root, 'out/main/electron.js'),
        '--remote-debugging-port=9222',
      ],
      {
        env: { ...process.env, STANDIN_PACKAGED: '1', STANDIN_DIR: join(desk.folder, 'other') },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    second.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
    const [code] = (await once(second, 'exit')) as [number]
    expect(code).toBe(3)
    expect(said).toContain('L-911')
  })
})

describe('the keystore', () => {
  it.each(['basic_text', 'unknown', 'none'])('%s protects nothing and is refused, with what to do', async (backend) => {
    const desk = await start({ env: { STANDIN_BACKEND: backend } })
    const page = await desk.page()
    await page.getByText('L-913').waitFor({ timeout: 20_000 })
    await page.getByTestId('retry-engine').click()
    await page.getByText('L-913').waitFor({ timeout: 20_000 })
    expect(desk.shell.reports.some(({ standin }) => standin === 'engine')).toBe(false)
  })

  it('fails closed when another back end than the one that sealed the key is in force', async () => {
    const first = await startShellDesk()
    await serving(first)
    await first.shell.disconnect()
    await first.shell.child().stop()
    const second = await start({ env: { STANDIN_BACKEND: 'kwallet6' }, folder: first.folder })
    const page = await second.page()
    await page.getByText('L-806').waitFor({ timeout: 20_000 })
    expect(second.shell.reports.some(({ standin }) => standin === 'engine')).toBe(false)
  })

  it('gives the engine its key by message alone', async () => {
    const desk = await start()
    await serving(desk)
    const { args } = await desk.shell.reported('engine', 0)
    expect(args).toEqual([])
  })
})

describe('settings that cannot be read', () => {
  it('are said on a plain screen with a code, and trying again starts from the beginning', async () => {
    const desk = await start({ config: { mode: 'nonsense' } })
    const page = await desk.page()
    await page.getByTestId('stopped-code').waitFor({ timeout: 20_000 })
    expect(await page.locator('body').innerText()).toContain('L-101')
    const relaunch = desk.shell.reported('relaunch')
    await page.getByTestId('again').click()
    await relaunch
    expect(await desk.exited()).toBe(0)
  })
})

describe('an ending', () => {
  it.each([
    ['quit', { standin: 'quit' }],
    ['a shutdown of the computer', { standin: 'power', event: 'shutdown' }],
  ] as const)('by %s waits until the engine has stopped', async (_name, order) => {
    const desk = await start()
    await serving(desk)
    const pid = await enginePid(desk)
    await desk.shell.disconnect()
    desk.shell.order(order)
    expect(await desk.exited()).toBe(0)
    expect(alive(pid)).toBe(false)
  })

  it('by the session’s end tells the engine without waiting', async () => {
    const desk = await start()
    await serving(desk)
    const pid = await enginePid(desk)
    desk.shell.order({ standin: 'session-end' })
    await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false)
  })

  it('by closing the window does not happen in a locked-down kiosk, and does at a shared counter', async () => {
    const kiosk = await start()
    const page = await serving(kiosk)
    kiosk.shell.order({ standin: 'close-window' })
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
    expect(kiosk.shell.child().child()?.exitCode).toBeNull()
    const counter = await start({ config: { mode: 'shared-counter' } })
    await serving(counter)
    await counter.shell.disconnect()
    counter.shell.order({ standin: 'close-window' })
    expect(await counter.exited()).toBe(0)
  })
})

describe('a failing GPU', () => {
  it('starts the kiosk anew, drawing in software, after the third death', async () => {
    const desk = await start()
    await serving(desk)
    const relaunch = desk.shell.reported('relaunch')
    for (let death = 0; death < 3; death += 1) desk.shell.order({ standin: 'gpu-gone' })
    expect((await relaunch).args).toContain('--disable-gpu')
    expect(await desk.exited()).toBe(0)
  })
})
