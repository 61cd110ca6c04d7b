/**
 * `npm run -s test:fuzz -- [--reports N] [--seed S] [--only TEXT]`: random reports at every decoder, 1,000,000 each.
 * Some are noise, most are good reads that lost, doubled or changed something. No decoder may throw, hold more than it
 * should, or let a scan through that is of no configured format or has a wrong check digit. The seed is printed;
 * `--seed` replays a run.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createDecoder } from '../../src-main/readers/index.ts'
import { createDice, type Dice } from './dice.ts'
import { startRun } from '../support/runner.ts'
import { judge } from './judge.ts'
import { fuzzTargets, type FuzzTarget } from './targets.ts'

const { values } = parseArgs({
  options: {
    reports: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const wanted = Number(values.reports)
const seed = values.seed === undefined ? randomInt(2 ** 32 - 1) : Number(values.seed)

/** One report, spoilt or not; several where it was doubled, none where it was lost. */
function spoil(dice: Dice, report: Uint8Array): Uint8Array[] {
  switch (dice.below(24)) {
    case 0:
      return []
    case 1:
      return [report, report]
    case 2:
      return [report.subarray(0, dice.below(report.length + 1))]
    case 3:
      return [Buffer.concat([report, report])]
    case 4:
      return [new Uint8Array(report.length)]
    case 5:
    case 6: {
      const changed = Uint8Array.from(report)
      changed[dice.below(changed.length)] = dice.below(256)
      return [changed]
    }
    default:
      return [report]
  }
}

function noise(dice: Dice, target: FuzzTarget): Uint8Array[] {
  const size = dice.below(3) === 0 ? dice.below(target.reportSize * 3) : target.reportSize
  const report = new Uint8Array(size)
  dice.fill(report)
  if (dice.below(2) === 0 && size > 1) report[0] = dice.below(4)
  return [report]
}

function fuzz(target: FuzzTarget): { reports: number; scans: number; accepted: number; trouble: string | null } {
  const dice = createDice(seed)
  const decoder = createDecoder(target.rule)
  let [reports, scans, accepted] = [0, 0, 0]
  while (reports < wanted) {
    const kind = dice.below(4)
    // Of a read in many reports hardly one would stay whole if every report were at risk.
    const good = kind === 0 ? [] : target.good(dice)
    const batch =
      kind === 0
        ? noise(dice, target)
        : kind === 1
          ? good
          : good.flatMap((report) => (good.length < 8 || dice.below(8) === 0 ? spoil(dice, report) : [report]))
    for (const report of batch) {
      reports += 1
      try {
        for (const scan of decoder.push(report)) {
          scans += 1
          const verdict = judge(scan, target.rule)
          if (verdict === 'accepted') accepted += 1
          else if (verdict !== 'refused') return { reports, scans, accepted, trouble: verdict }
        }
        decoder.pending()
      } catch (error) {
        return { reports, scans, accepted, trouble: `threw ${error instanceof Error ? error.message : String(error)}` }
      }
    }
    const after = dice.below(16)
    if (after === 0) decoder.reset()
    else if (after === 1) decoder.spoil()
  }
  return { reports, scans, accepted, trouble: null }
}

process.stdout.write(`seed ${seed}\n`)
/** Longest that one decoder may take: a million reports take half a minute. */
const targetMs = 60_000 + wanted / 2
let failed = false
const run = startRun('test:fuzz', (more) =>
  failed || more > 0 ? `replay with: npm run -s test:fuzz -- --seed ${seed} --reports ${wanted}` : 'every decoder held',
)
for (const target of fuzzTargets.filter(({ name }) => name.includes(values.only))) {
  run.at(target.name, targetMs)
  const from = performance.now()
  const { reports, scans, accepted, trouble } = fuzz(target)
  const took = ((performance.now() - from) / 1000).toFixed(1)
  // A run in which nothing was ever accepted would have tried nothing.
  const dead = trouble === null && accepted === 0
  failed ||= trouble !== null || dead
  process.stdout.write(
    `${target.name}: ${reports} reports, ${scans} scans, ${accepted} accepted, ${took} s ${trouble ?? (dead ? 'NOTHING ACCEPTED' : 'ok')}\n`,
  )
}
run.end(!failed)
