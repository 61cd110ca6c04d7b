import { expect, test } from 'vitest'
import { alive, fakeEngine } from './helpers.ts'

test('an engine that is killed comes back as another process and serves; stop leaves none behind', async () => {
  const { supervisor, pids, until, call } = fakeEngine('serve')
  await supervisor.start()
  await until('up')
  const down = until('down')
  process.kill(pids[0] ?? 0, 'SIGKILL')
  expect((await down).failure?.code).toBe('L-904')
  expect(await call()).toEqual({ t: 'reply', id: 9, result: { ok: false, failure: { code: 'L-904' } } })
  await until('up')
  expect(await call()).toEqual({ t: 'reply', id: 9, result: { ok: true, value: pids[1] } })
  await supervisor.stop()
  expect(pids.filter(alive)).toEqual([])
})

test('a start failure that is expected is shown with its code and not tried again', async () => {
  const { supervisor, pids, until } = fakeEngine('fatal')
  await supervisor.start()
  expect((await until('given-up')).failure?.code).toBe('L-801')
  await expect.poll(() => pids.filter(alive)).toEqual([])
  expect(pids).toHaveLength(1)
  await supervisor.stop()
})

test('an engine that keeps dying is given up with L-907', async () => {
  const { supervisor, pids, until } = fakeEngine('die')
  await supervisor.start()
  expect((await until('given-up')).failure?.code).toBe('L-907')
  expect(pids).toHaveLength(6)
  await supervisor.stop()
})

test('a hung engine is killed and replaced', async () => {
  const { supervisor, pids, until } = fakeEngine('hang')
  await supervisor.start()
  await until('up')
  await until('down')
  await until('up')
  expect(alive(pids[0] ?? 0)).toBe(false)
  await supervisor.stop()
  expect(pids.filter(alive)).toEqual([])
})
