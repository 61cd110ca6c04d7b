/** What a report means, as transitions: without a bus, a device, a timer or a listener. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeHidPos, ReadersConfig } from '../../src-main/readers/index.ts'
import { dutyFor, nextPollMs, refusedAgain, statusOf, type Refusal } from '../../src-main/readers/presence.ts'
import { admitReport, breakOff, newReading, readReport, type ReadEffect } from '../../src-main/readers/reading.ts'
import { createRepeats } from '../../src-main/readers/repeats.ts'
import { device } from './fake-bus.ts'

const config = ReadersConfig.parse({ allow: [{ name: 'scanner', usagePage: 0x8c, decoder: 'hid-pos' }] })
const [rule] = config.allow
if (rule === undefined) throw new Error('a rule')

const texts = (effects: readonly ReadEffect[]) =>
  effects.map((effect) => (effect.kind === 'scan' ? effect.scan.text : effect.failure.code))

describe('a report', () => {
  it('that completes a scan gives it once; the same again within the debounce time gives nothing', () => {
    const reading = newReading('a', rule)
    const repeats = createRepeats(config)
    const [report] = encodeHidPos('1234')
    if (report === undefined) throw new Error('a report')
    expect(texts(readReport(reading, report, 1000, repeats))).toEqual(['1234'])
    expect(texts(readReport(reading, report, 1001, repeats))).toEqual([])
    expect([reading.counts.scans, reading.counts.passedOver]).toEqual([2, 1])
    expect(texts(readReport(reading, report, 1001 + config.debounceMs, repeats))).toEqual(['1234'])
  })
  it('of a device that is only learned says nothing to the desk, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (report) => {
        expect(readReport(newReading('a', null), report, 0, createRepeats(config))).toEqual([])
      }),
    )
  })
  it('beyond what a reader can send is dropped with what had begun, and told once in ten seconds', () => {
    const reading = newReading('a', rule)
    const told: string[] = []
    let dropped = 0
    for (let i = 0; i < 6000; i++) {
      const { admitted, effects } = admitReport(reading, 0, config.tornMs)
      if (!admitted) dropped += 1
      told.push(...texts(effects))
    }
    expect([dropped, reading.counts.dropped, told]).toEqual([2000, 2000, ['L-718']])
    expect(admitReport(reading, 1, config.tornMs).effects).toEqual([])
    expect(admitReport(reading, 10_000, config.tornMs).admitted).toBe(true)
  })
  it('that never comes leaves a read that is broken off: counted, and told each time', () => {
    const reading = newReading('a', rule)
    expect([texts(breakOff(reading, 0)), texts(breakOff(reading, 1))]).toEqual([['L-704'], ['L-704']])
    expect(reading.counts.refused).toEqual({ 'L-704': 2 })
  })
})

describe('a device on the bus', () => {
  const refusal: Refusal = { until: 5000, tries: 1, failure: { code: 'L-702' } }
  it('is opened when the list names it, waits after a refusal, and is otherwise left alone', () => {
    const scanner = device('a')
    expect(dutyFor(scanner, config, false, undefined, 0)).toMatchObject({ act: 'open', rule: { name: 'scanner' } })
    expect(dutyFor(scanner, config, true, undefined, 0)).toEqual({ act: 'leave' })
    expect(dutyFor(scanner, config, false, refusal, 4999)).toEqual({ act: 'wait', failure: { code: 'L-702' } })
    expect(dutyFor(scanner, config, false, refusal, 5000).act).toBe('open')
    expect(dutyFor(device('b', { usagePage: 1, usage: 6 }), config, false, undefined, 0)).toEqual({ act: 'leave' })
  })
  it('waits twice as long after each refusal in a row, and never longer than half a minute', () => {
    const waits: number[] = []
    let before: Refusal | undefined
    for (let i = 0; i < 8; i++) {
      before = refusedAgain(before, { code: 'L-702' }, 0)
      waits.push(before.until)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    expect([0, 1, 3, 40].map((failed) => nextPollMs(1000, failed))).toEqual([1000, 2000, 8000, 30_000])
  })
  it('that is read makes the desk ready, whatever ails another', () => {
    expect(statusOf(['scanner'], { code: 'L-702' }).state).toBe('ready')
    expect(statusOf([], { code: 'L-702' })).toEqual({ state: 'trouble', names: [], failure: { code: 'L-702' } })
    expect(statusOf([], null)).toEqual({ state: 'none', names: [], failure: { code: 'L-701' } })
  })
})
