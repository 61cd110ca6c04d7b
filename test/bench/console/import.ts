/**
 * Importing from CSV through the hub, people and pickups and sealed envelopes, beside PostgreSQL's own COPY of the same
 * file into a bare table.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { importPartBytes } from '../../../src-shared/hub-api/agent/imports.ts'
import { DeskId } from '../../../src-shared/domain/index.ts'
import { enrolKiosk } from '../sync/desk-kiosk.ts'
import type { BenchHub } from '../sync/children.ts'
import type { Result } from '../../../src-shared/failures/result.ts'

const header = 'account,desk,request_reference,class,family,given,language,birth_date,valid_until,cards'

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}

export interface ImportFigures {
  readonly rows: number
  /** From the first byte sent to the last row granted, the dry run between them, ms. */
  readonly ms: number
  readonly copyMs: number
}

/** `folder` must be one that PostgreSQL's user may pass through. */
export async function importFigures(
  hub: BenchHub,
  bare: pg.Client,
  folder: string,
  rows: number,
): Promise<ImportFigures> {
  const { rows: desks } = await bare.query<{ id: string; slip_prefix: string }>(
    `SELECT id, slip_prefix FROM desk WHERE kind = 'porter' ORDER BY id LIMIT 1`,
  )
  const [desk] = desks
  if (desk === undefined) throw new Error('no desk')
  const kiosk = await enrolKiosk({ url: hub.url, agent: hub.agent }, DeskId.parse(desk.id), join(folder, 'kiosk'))
  try {
    value(await kiosk.sync.now())
    const lines = Array.from({ length: rows }, (_, n) => {
      const day = String(1 + (n % 28)).padStart(2, '0')
      return `imported${n},${desk.slip_prefix},R-${n},student,Åström${n % 977},Märta,sv,2001-02-${day},2031-01-01,${(0xa000_0000 + n).toString(16)}`
    })
    const file = Buffer.from(`${header}\n${lines.join('\n')}\n`)
    const path = join(folder, 'import.csv')
    writeFileSync(path, file)
    chmodSync(path, 0o644)
    await bare.query(`CREATE TABLE bare_import (${header.split(',').join(' text, ')} text)`)
    const copied = performance.now()
    await bare.query(`COPY bare_import FROM '${path}' WITH (FORMAT csv, HEADER true)`)
    const copyMs = performance.now() - copied
    await bare.query('DROP TABLE bare_import')
    rmSync(path)

    const { agent } = hub
    const state = async (id: string, wanted: string) => {
      for (;;) {
        const one = value(await agent.call('import', { query: { id } }))
        if (one.state === wanted) return one
        if (one.state === 'refused' || one.state === 'cancelled')
          throw new Error(`import ${one.state} ${one.problem?.code ?? ''}`)
        await new Promise((done) => setTimeout(done, 100))
      }
    }
    const before = performance.now()
    const { id } = value(await agent.call('createImport', { body: { name: 'bench.csv', supersede: false } }))
    for (let at = 0, part = 0; at < file.length; at += importPartBytes, part++) {
      const bytes = file.subarray(at, at + importPartBytes).toString('base64')
      value(await agent.call('importPart', { body: { id, part, bytes, last: at + importPartBytes >= file.length } }))
    }
    const checked = await state(id, 'checked')
    if (checked.ready !== rows) throw new Error(`${checked.refused} rows refused: ${checked.problems[0]?.code ?? ''}`)
    value(await agent.call('runImport', { body: { id } }))
    const done = await state(id, 'done')
    const ms = performance.now() - before
    const { rows: granted } = await bare.query<{ n: string }>(
      `SELECT count(*) AS n FROM pickup WHERE account LIKE 'imported%' AND state = 'granted'`,
    )
    if (done.done !== rows || Number(granted[0]?.n) !== rows)
      throw new Error(`${done.done} carried out, ${granted[0]?.n ?? 0} granted`)
    return { rows, ms, copyMs }
  } finally {
    await kiosk.close()
  }
}
