/** One run without mines: the acts, the aftermath, the audit. */
import { join } from 'node:path'
import { aftermath } from './aftermath.ts'
import { audit } from './audit.ts'
import { startTrialDesk, type TrialDesk } from './desk.ts'
import { createDice } from './dice.ts'
import type { Template } from './template.ts'

export async function onDesk(
  template: Template,
  name: string,
  seed: number,
  acts: (desk: TrialDesk, database: string) => Promise<string[]>,
): Promise<string[]> {
  const dataDir = template.copy(name.replace(/\W+/g, '-'))
  const desk = await startTrialDesk({ dataDir, engines: template.engines })
  const wrong: string[] = []
  const exhausted: string[] = []
  try {
    wrong.push(...(await acts(desk, join(dataDir, 'kiosk.db'))))
    const next = await aftermath(desk, template, createDice(seed, name))
    wrong.push(...next.wrong)
    exhausted.push(...next.exhausted)
  } finally {
    await desk.stop()
  }
  return [...wrong, ...(await audit(dataDir, template, desk.paper, desk.seen, exhausted))]
}
