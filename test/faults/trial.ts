/** One run: a scenario on a fresh copy of the kiosk, death at one point, the aftermath, the audit. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aftermath } from './aftermath.ts'
import { audit } from './audit.ts'
import { startTrialDesk, type Mining } from './desk.ts'
import { createDice } from './dice.ts'
import type { Scenario } from './scenarios.ts'
import type { Template } from './template.ts'

export interface Trial {
  /** What was not as it should be; empty when all was well. */
  readonly wrong: string[]
  /** Points reached: all of them when recording, else the one that struck. */
  readonly points: string[]
}

let runs = 0

/** `mine` null records the points of the scenario. */
export async function tryPoint(
  template: Template,
  scenario: Scenario,
  mine: string | null,
  seed: number,
): Promise<Trial> {
  const dataDir = template.copy(`${runs++}`)
  const trace = join(dataDir, '..', `${runs}.trace`)
  const mining: Mining[] = [
    ...(scenario.after === undefined ? [] : [{ mine: scenario.after, trace: `${trace}.first`, armed: false }]),
    { mine, trace, armed: scenario.after !== undefined },
  ]
  const points = () => (existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').filter(Boolean) : [])
  const wrong: string[] = []
  try {
    const desk = await startTrialDesk({ dataDir, engines: template.engines, mining, ...scenario.desk })
    let exhausted: string[] = []
    try {
      await desk.ready()
      const died = desk.ended(mining.length)
      const acts = scenario.acts(desk, template)
      // With a mine, whatever the acts say once the engine is dead is nobody's.
      acts.catch(() => undefined)
      await Promise.race([acts, died])
      desk.disarm()
      const after = await aftermath(desk, template, createDice(seed, `${scenario.name}/${mine ?? ''}`))
      wrong.push(...after.wrong)
      exhausted = after.exhausted
    } finally {
      await desk.stop()
    }
    wrong.push(...(await audit(dataDir, template, desk.paper, desk.seen, exhausted)))
  } catch (error) {
    wrong.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }
  const reached = points()
  rmSync(dataDir, { recursive: true, force: true })
  if (mine !== null && !reached.includes(mine)) wrong.push('the point was not reached')
  return { wrong, points: reached }
}
