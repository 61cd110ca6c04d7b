/**
 * What attackers put into forms, in every field of every agents' route, generated from the contract: refused or kept as
 * text, never an error of the hub's own.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseInstitution, seed, startHub, type RunningHub } from '../../src-hub/index.ts'
import { AgentRole, mayCall } from '../../src-shared/hub-api/authority.ts'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { value } from '../hub/fleet.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

const token = 'agent-token-of-the-injections-0001'
const folder = mkdtempSync(join(tmpdir(), 'lodge-injection-'))
let hub: RunningHub
const bugs: string[] = []

const payloads = [
  `'; DROP TABLE pickup; --`,
  `x' OR '1'='1`,
  '<img src=x onerror=alert(1)>',
  '=HYPERLINK("http://evil.example","x")',
  '../../../../etc/passwd',
  '$(touch /tmp/owned) `id` ${7*7} {{7*7}}',
  '*)(uid=*))(|(uid=*',
  '\u0000\u001b[2J\r\nset-cookie: a=b',
  '\u202egnp.exe\ufeff\u{1f600}',
] as const

/** As a JSON Schema has it. */
interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly minItems?: number
}

/**
 * A value of this shape with `text` wherever a text may stand; with `ids`, one that fits where an id is asked for, so
 * that the rest gets further.
 */
function filled(shape: Shape, text: string, ids: boolean): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum !== undefined) return shape.enum[0]
  const [one] = shape.anyOf ?? []
  if (one !== undefined) return filled(one, text, ids)
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.properties ?? {}).map(([name, inner]) => [name, filled(inner, text, ids)]),
      )
    case 'array':
      return shape.items === undefined ? [] : [filled(shape.items, text, ids)]
    case 'integer':
    case 'number':
      return Math.max(shape.minimum ?? 1, 1)
    case 'boolean':
      return true
    case 'string':
      return ids && shape.pattern !== undefined && new RegExp(shape.pattern).test('A'.repeat(22))
        ? 'A'.repeat(22)
        : text
    default:
      return text
  }
}
const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape

async function census(): Promise<unknown> {
  const { rows } = await sql<{ tables: number; pickups: number; people: number; accounts: number }>`SELECT
    (SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public') AS tables, (SELECT count(*) FROM pickup) AS pickups,
    (SELECT count(*) FROM recipient WHERE search @@ 'virtanen'::tsquery) AS people, (SELECT count(*) FROM staff WHERE role = 'supervisor') AS accounts`.execute(
    hub.db,
  )
  return rows
}

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  hub = value(
    await startHub({
      dataDir: join(folder, 'hub'),
      databaseUrl: database.url,
      behindProxy: true,
      work: false,
      tokens: new Map(AgentRole.options.map((role) => [`${token}-${role}`, { name: role, role }])),
      onBug: (route, error) =>
        bugs.push(`${route}: ${error instanceof Error ? `${error.name} ${error.message}` : 'error'}`),
    }),
  )
  const raw = JSON.parse(
    readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8'),
  ) as object
  value(await seed(hub, value(parseInstitution(raw))))
})
afterAll(async () => {
  await hub.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const routes = (Object.keys(hubApi) as HubRoute[]).filter((name) => hubApi[name].auth === 'agent')

describe.each(payloads.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))('%s', (_shown, text) => {
  it.each([false, true])('in every field (ids well-formed: %s)', async (ids) => {
    const before = await census()
    const address = `10.9.${payloads.indexOf(text)}.${ids ? 2 : 1}`
    let taken = 0
    for (const name of routes) {
      const { method, path, query, body } = hubApi[name]
      const role = AgentRole.options.find((one) => mayCall(name, one))
      if (role === undefined) throw new Error(name)
      const asked = filled(schemaOf(query), text, ids) as Record<string, unknown> | undefined
      const params = new URLSearchParams(Object.entries(asked ?? {}).map(([key, each]) => [key, String(each)]))
      const reply = await fetch(`${hub.url}${path}?${params.toString()}`, {
        method,
        headers: {
          authorization: `Bearer ${token}-${role}`,
          'x-forwarded-for': address,
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        },
        ...(method === 'POST' ? { body: JSON.stringify(filled(schemaOf(body), text, ids)) } : {}),
      })
      const told = await reply.text()
      expect(reply.status, `${name}: ${told.slice(0, 200)}`).toBeLessThan(500)
      expect(reply.status, name).not.toBe(429)
      if (reply.status === 200) taken += 1
      expect(reply.headers.get('content-type'), name).toContain('application/json')
      expect(reply.headers.get('x-content-type-options'), name).toBe('nosniff')
      expect(reply.headers.get('set-cookie') ?? '', name).not.toContain('a=b')
      expect(told, name).not.toMatch(/syntax error|relation "|node_modules|at async/)
    }
    // Not all is refused at the door.
    expect(taken).toBeGreaterThan(15)
    expect(bugs).toEqual([])
    expect(await census()).toEqual(before)
  })
})
