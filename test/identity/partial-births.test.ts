/**
 * Births of which the day, or day and month, is known to nobody: at every door, and compared. All people are invented.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isRecipient } from '../../src-hub/e-id/subject.ts'
import { readHeader, readRow } from '../../src-hub/imports/columns.ts'
import { loadHubKeys } from '../../src-hub/keys/index.ts'
import { NameOnRecord } from '../../src-shared/hub-api/agent/words.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { fullName, initials, listedName } from '../../src-shared/domain/person-name.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-births-'))
const keys = loadHubKeys(folder)
afterAll(() => rmSync(folder, { recursive: true }))

function imported(cells: Readonly<Record<string, string>>) {
  const all = { account: 'a', class: 'student', ...cells }
  const header = readHeader(Object.keys(all))
  if (!header.ok) throw new Error(header.failure.code)
  return readRow(header.value, Object.values(all))
}

describe('through the import', () => {
  it.each([
    ['1985', '1985'],
    ['1985-07', '1985-07'],
    ['1985-07-14', '1985-07-14'],
    ['1985-00-00', '1985'],
    ['1985-07-00', '1985-07'],
    [' 1985 ', '1985'],
    ['1900', '1900'],
    ['2004-02-29', '2004-02-29'],
    ['2026-01', '2026-01'],
    ['14.7.1985', '1985-07-14'],
    ['0.0.1985', '1985'],
    ['1985-13', null],
    ['1985-00', null],
    ['1985-00-14', null],
    ['1985-02-30', null],
    ['8507', null],
    ['8507-01', null],
    ['0085-07-14', null],
    ['1849', null],
    ['2100', null],
    ['85', null],
    ['1985-7', null],
    ['unknown', null],
  ])('%s is %s', (cell, expected) => {
    const row = imported({ family: 'Aho', birth_date: cell })
    expect(row.ok ? row.value.person?.birth_date : null).toBe(expected)
  })
})

describe('through e-ID: what is on record must be borne out, and nothing is guessed', () => {
  const name = { family: 'Aho', given: 'Aino' }
  it.each<[record: string, claim: string, boolean]>([
    ['1985', '1985-07-14', true],
    ['1985', '1985-07', true],
    ['1985', '1985', true],
    ['1985', '19850714', true],
    ['1985-07', '1985-07-14', true],
    ['1985-07', '1985-07', true],
    ['1985-07-14', '1985-07-14', true],
    ['1985-07', '1985-07-00', true],
    ['1985', '1985-00-00', true],
    ['1985-07', '1985', false],
    ['1985-07-14', '1985-07', false],
    ['1985-07-14', '1985', false],
    ['1985', '1986-07-14', false],
    ['1985-07', '1985-08-14', false],
    ['1985-07-14', '1985-07-15', false],
    ['1985', '', false],
    ['1985', '85', false],
    ['1985-07', '1985-07-32', false],
  ])('on record %s, the broker says %s: %s', (record, claim, same) => {
    const claims = { family_name: name.family, given_name: name.given, birthdate: claim }
    const on = { name, formerNames: [], birthDate: keys.seal(record), identityBlind: null }
    expect(isRecipient(keys, claims, on)).toBe(same)
  })
})

describe('somebody with one name, at every door', () => {
  const claims = (family: string | null, given: string | null) => ({
    birthdate: '1985-07-14',
    ...(family === null ? {} : { family_name: family }),
    ...(given === null ? {} : { given_name: given }),
  })
  it.each<[record: { family: string; given: string }, family: string | null, given: string | null, boolean]>([
    [{ family: 'Suwarno', given: '' }, 'Suwarno', null, true],
    [{ family: '', given: 'Suwarno' }, 'Suwarno', null, true],
    [{ family: 'Suwarno', given: '' }, null, 'Suwarno', true],
    [{ family: 'Suwarno', given: '' }, 'SUWARNO', '', true],
    [{ family: 'Suwarno', given: '' }, 'Suwarno', ' ', true],
    [{ family: 'Sukarno-Putri', given: '' }, 'Sukarnoputri', null, true],
    [{ family: 'O’Brien', given: '' }, "O'Brien", null, true],
    [{ family: 'Əli', given: '' }, 'Ali', null, true],
    [{ family: '李明', given: '' }, '李明', null, true],
    [{ family: 'سعيد', given: '' }, 'سعيد', null, true],
    [{ family: 'Suwarno', given: '' }, 'Suharto', null, false],
    [{ family: 'Suwarno', given: '' }, 'Suwarno', 'Budi', false],
    [{ family: 'Suwarno', given: 'Budi' }, 'Suwarno', null, false],
    [{ family: 'Suwarno', given: '' }, null, null, false],
    [{ family: 'Suwarno', given: '' }, 'x'.repeat(5000), null, false],
  ])('e-ID: on record %j, claims %s and %s: %s', (name, family, given, same) => {
    const on = { name, formerNames: [], birthDate: keys.seal('1985-07-14'), identityBlind: null }
    expect(isRecipient(keys, claims(family, given), on)).toBe(same)
  })

  it.each([
    [{ family: 'Suwarno' }, { family: 'Suwarno' }],
    [{ given: 'Suwarno' }, { given: 'Suwarno' }],
    [{ family: 'Suwarno', given: '' }, { family: 'Suwarno' }],
    [{ family: '', given: 'Suwarno' }, { given: 'Suwarno' }],
  ])('import: %j', (cells, name) => {
    const row = imported(cells)
    expect(row.ok ? row.value.person : null).toMatchObject(name)
  })

  it.each([
    ['Suwarno', ''],
    ['', 'Suwarno'],
    [' Suwarno ', '  '],
  ])('API and console form: %j and %j', (family, given) => {
    expect(NameOnRecord.safeParse({ family, given }).success).toBe(true)
    const body = { class: 'student', language: 'fi', accounts: [{ account: 'a' }], name: { family, given } }
    expect(hubApi.saveRecipient.body.safeParse({ ...body, formerNames: [{ family, given }] }).success).toBe(true)
  })
  it.each([
    ['', ''],
    [' ', ' '],
    ['\u00a0', ''],
  ])('and nobody without any: %j and %j', (family, given) => {
    expect(NameOnRecord.safeParse({ family, given }).success).toBe(false)
  })

  it('shown, sorted and shortened', () => {
    for (const name of [
      { family: 'Suwarno', given: '' },
      { family: '', given: 'Suwarno' },
    ])
      expect([fullName(name), listedName(name), initials(name)]).toEqual(['Suwarno', 'Suwarno', 'S.'])
  })
})
