/** docs/configuration.md names every setting that a kiosk or a hub reads. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { EngineConfig } from '../../src-main/engine/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
const readers = readFileSync(join(root, 'docs/readers.md'), 'utf8')

/** Written by the shell's updater for the engine that it starts; nobody sets it. */
const notASetting = new Set(['updateNews'])

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [word: string]: unknown
}

/** Names of properties anywhere in a JSON Schema. */
function propertiesOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(propertiesOf)
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...rest } = schema as Schema
  return [
    ...Object.keys(properties),
    ...Object.values(properties).flatMap(propertiesOf),
    ...propertiesOf(Object.values(rest)),
  ]
}

test('every option of a kiosk', () => {
  const options = new Set(propertiesOf(z.toJSONSchema(EngineConfig, { io: 'input', unrepresentable: 'any' })))
  expect(options.size).toBeGreaterThan(40)
  const words = (text: string) => new Set(text.match(/[A-Za-z0-9]+/g))
  const [here, there] = [words(page), words(readers)]
  expect([...options].filter((name) => !notASetting.has(name) && !here.has(name) && !there.has(name))).toEqual([])
})

test('every variable of the environment', () => {
  const files = ['src-hub', 'src-main'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  const variables = new Set(
    files.flatMap((file) => readFileSync(join(root, file), 'utf8').match(/\bLODGE_[A-Z_]+[A-Z]\b/g) ?? []),
  )
  expect(variables.size).toBeGreaterThan(20)
  // A row of the table may give a family: `LODGE_HUB_EID_ISSUER`, `_CLIENT_ID`.
  const named = (name: string) =>
    page.includes(`\`${name}\``) ||
    page.split('\n').some((row) =>
      [...row.matchAll(/`(_[A-Z_]+)`/g)].some(([, tail = '']) => {
        const head = /`(LODGE_[A-Z_]+)`/.exec(row)?.[1]
        return head !== undefined && name.endsWith(tail) && head.startsWith(name.slice(0, -tail.length))
      }),
    )
  expect([...variables].filter((name) => !named(name))).toEqual([])
})
