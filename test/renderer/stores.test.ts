import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { VerificationId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import { useActs, useKiosk, usePreferences, useQueue } from '../../src-renderer/stores/index.ts'
import { aino, queueOfPickups, scenes } from './scenes.ts'
import { createScriptedLink } from './scripted-link.ts'

const verification = VerificationId.parse('verification'.padEnd(22, '0'))

async function joined(handlers: Partial<KioskHandlers> = {}) {
  const link = createScriptedLink({ state: () => ok(scenes.queue), ...handlers })
  const kiosk = useKiosk()
  kiosk.join(link)
  await vi.waitFor(() => {
    expect(kiosk.presence).toBe('here')
  })
  return { link, kiosk }
}

beforeEach(() => {
  setActivePinia(createPinia())
})

describe('the kiosk store', () => {
  it('keeps the screen when the engine dies, says so, and asks for the state when it is back', async () => {
    let revision = 7
    const { link, kiosk } = await joined({ state: () => ok({ ...scenes.queue, revision }) })
    link.shell({ engine: 'down', failure: null })
    expect(kiosk.presence).toBe('away')
    expect(kiosk.state?.revision).toBe(7)
    // The new engine counts from the start again.
    revision = 1
    link.shell({ engine: 'up', failure: null })
    await vi.waitFor(() => {
      expect(kiosk.presence).toBe('here')
    })
    expect(kiosk.state?.revision).toBe(1)
  })

  it('tells whom a restart has signed out, until somebody signs in; a lock and a broken line are none', async () => {
    let now = scenes.queue as typeof scenes.queue | typeof scenes.idle
    const { link, kiosk } = await joined({ state: () => ok(now) })
    const again = async () => {
      link.shell({ engine: 'down', failure: null })
      link.shell({ engine: 'up', failure: null })
      await vi.waitFor(() => {
        expect(kiosk.presence).toBe('here')
      })
    }
    await again()
    expect(kiosk.interrupted).toBe(false)
    now = scenes.idle
    await again()
    expect(kiosk.interrupted).toBe(true)
    link.push({ ...scenes.queue, revision: 50 })
    expect(kiosk.interrupted).toBe(false)
    link.push({ ...scenes.idle, revision: 51 })
    expect(kiosk.interrupted).toBe(false)
    link.push({ ...scenes.queue, revision: 52 })
    now = scenes['idle-locked']
    await again()
    expect(kiosk.interrupted).toBe(false)
  })

  it('answers an open call when the link breaks, and new calls at once while it is away', async () => {
    const { link, kiosk } = await joined()
    link.deaf = true
    const open = kiosk.call((api) => api.signOut({}))
    link.become('lost')
    expect(await open).toEqual(fail('L-904'))
    expect(await kiosk.call((api) => api.signOut({}))).toEqual(fail('L-904'))
    link.deaf = false
    link.become('up')
    await vi.waitFor(() => {
      expect(kiosk.presence).toBe('here')
    })
  })

  it('never goes back to an older state of the same engine', async () => {
    const { link, kiosk } = await joined()
    link.push({ ...scenes.arrival, revision: 9 })
    link.push({ ...scenes.idle, revision: 8 })
    expect(kiosk.state?.counter.step).toBe('arrival')
  })

  it('says that the engine has been given up, with its reason', async () => {
    const { link, kiosk } = await joined()
    link.shell({ engine: 'given-up', failure: { code: 'L-801' } })
    expect(kiosk.presence).toBe('given-up')
    expect(kiosk.engineFailure?.code).toBe('L-801')
  })

  it('yields to another window, and comes back when a person asks', async () => {
    const { link, kiosk } = await joined()
    link.become('elsewhere')
    expect(kiosk.presence).toBe('elsewhere')
    expect(kiosk.state).toBeNull()
    expect(await kiosk.call((api) => api.signOut({}))).toEqual(fail('L-904'))
    kiosk.takeBack()
    await vi.waitFor(() => {
      expect(kiosk.presence).toBe('here')
    })
  })

  it('drops a state that is not one', async () => {
    const { link, kiosk } = await joined()
    link.push({ ...scenes.idle, revision: -1 })
    expect(kiosk.state?.staff).not.toBeNull()
  })
})

describe('printing with one tap', () => {
  it('records the verification first and spends exactly that one', async () => {
    const { link } = await joined({
      verifyDocument: () => ok({ verification }),
      release: () => ok({ slip: 's'.repeat(22) as never }),
    })
    expect(await useActs().print(aino.id, null, 'sv')).toBe(true)
    expect(link.calls).toEqual([
      `verifyDocument ${JSON.stringify({ pickup: aino.id })}`,
      `release ${JSON.stringify({ pickup: aino.id, verification, language: 'sv' })}`,
    ])
  })

  it('does not release when the identity is refused', async () => {
    const acts = useActs()
    const { link } = await joined({ verifyByEye: () => fail('L-305') })
    expect(
      await acts.printByEye(aino.id, { kind: 'passport', issuerCountry: 'FIN', birthDate: '1999-12-24' }, 'fi'),
    ).toBe(false)
    expect(link.calls.map((call) => call.split(' ')[0])).toEqual(['verifyByEye'])
    expect(acts.failure?.code).toBe('L-305')
  })

  it('spends a verification that still stands without recording another', async () => {
    const { link } = await joined({ release: () => fail('L-502') })
    expect(await useActs().print(aino.id, verification, 'fi')).toBe(false)
    expect(link.calls.map((call) => call.split(' ')[0])).toEqual(['release'])
  })

  it('takes a double tap as one', async () => {
    const { link } = await joined({
      verifyDocument: () => ok({ verification }),
      release: () => ok({ slip: 's'.repeat(22) as never }),
    })
    const acts = useActs()
    const both = await Promise.all([acts.print(aino.id, null, 'fi'), acts.print(aino.id, null, 'fi')])
    expect(both).toEqual([true, false])
    expect(link.calls).toHaveLength(2)
  })

  it('forgets a failure when the counter moves on', async () => {
    const acts = useActs()
    const { link } = await joined({ openPickup: () => fail('L-204') })
    await acts.open(aino.id)
    expect(acts.failure?.code).toBe('L-204')
    link.push({ ...scenes['verify-scan'], revision: 2 })
    await nextTick()
    expect(acts.failure).toBeNull()
  })
})

describe('the queue', () => {
  it('searches everywhere, leaves an overtaken answer, and forgets names at sign-out', async () => {
    const waiting: (() => void)[] = []
    const { link } = await joined({
      queue: ({ search }) =>
        new Promise((resolve) => {
          const pickups = search === 'bo' ? queueOfPickups.slice(1, 2) : [...queueOfPickups]
          waiting.push(() => {
            resolve(ok({ pickups, total: pickups.length }))
          })
        }),
    })
    const queue = useQueue()
    const first = queue.load()
    queue.search = ' bo '
    const second = queue.load()
    expect(link.calls[1]).toBe(`queue ${JSON.stringify({ filter: 'all', search: 'bo', limit: 20 })}`)
    waiting[1]?.()
    await second
    waiting[0]?.()
    await first
    expect(queue.pickups.map((each) => each.name)).toEqual(['Bo-Erik Åström'])
    queue.forget()
    expect(queue.pickups).toEqual([])
    expect(queue.search).toBe('')
  })
})

describe('preferences', () => {
  const memory = () => {
    const kept = new Map<string, string>()
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
  }

  it('keeps what staff choose, and forgets what a visitor chose', () => {
    const preferences = usePreferences()
    const store = memory()
    preferences.recall(store, { dark: false, contrast: false })
    preferences.choose('en', false)
    expect(preferences.language).toBe('en')
    expect(store.kept.size).toBe(0)
    preferences.passing = null
    expect(preferences.language).toBe('fi')
    preferences.choose('sv', true)
    expect(preferences.language).toBe('sv')
    expect(store.kept.get('lodge.language')).toBe('sv')
  })

  it('greets in the language on record, unless the visitor has chosen another', () => {
    const preferences = usePreferences()
    preferences.recall(memory(), { dark: false, contrast: false })
    preferences.greeted = 'sv'
    expect(preferences.language).toBe('sv')
    preferences.choose('en', false)
    expect(preferences.language).toBe('en')
    preferences.endVisit()
    expect(preferences.language).toBe('fi')
  })

  it('takes nothing odd from its memory', () => {
    const preferences = usePreferences()
    const store = memory()
    store.setItem('lodge.language', 'xx')
    store.setItem('lodge.theme', 'pink')
    store.setItem('lodge.text-size', '9')
    preferences.recall(store, { dark: true, contrast: false })
    expect([preferences.language, preferences.theme, preferences.textSize]).toEqual(['fi', 'system', 1])
    expect(preferences.drawn).toBe('dark')
    preferences.followSystem({ dark: true, contrast: true })
    expect(preferences.drawn).toBe('contrast')
  })

  it('gives the desk back as staff left it when a visitor goes', () => {
    const preferences = usePreferences()
    const store = memory()
    preferences.recall(store, { dark: false, contrast: false })
    preferences.setTheme('dark', true)
    preferences.setTheme('contrast', false)
    preferences.setTextSize(2, false)
    preferences.choose('sv', false)
    expect([preferences.drawn, preferences.textSize, preferences.visiting]).toEqual(['contrast', 2, true])
    preferences.endVisit()
    expect([preferences.drawn, preferences.textSize, preferences.language, preferences.visiting]).toEqual([
      'dark',
      1,
      'fi',
      false,
    ])
    expect([...store.kept.keys()]).toEqual(['lodge.theme'])
  })
})
