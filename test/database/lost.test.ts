/**
 * After a failover: which answers end a connection for good, which are the question's own, and which hosts a URI names.
 */
import { describe, expect, it } from 'vitest'
import { endsConnection, hostsOf } from '../../src-hub/database/index.ts'

const coded = (code: string) => Object.assign(new Error('answer'), { code })

describe('a connection that answered', () => {
  it.each([
    ['read-only: the server became a standby', '25006'],
    ['ended by an administrator', '57P01'],
    ['crashed', '57P02'],
    ['not up yet, or going', '57P03'],
    ['ended for idling', '57P05'],
    ['ended for idling in a transaction', '25P03'],
    ['connection exception', '08000'],
    ['could not connect', '08001'],
    ['does not exist any more', '08003'],
    ['refused by the server', '08004'],
    ['failed', '08006'],
    ['unknown how the transaction ended', '08007'],
    ['protocol violated', '08P01'],
    ['reset', 'ECONNRESET'],
    ['nobody listens', 'ECONNREFUSED'],
    ['broken pipe', 'EPIPE'],
    ['no answer in time', 'ETIMEDOUT'],
  ])('%s (%s) is not used again', (_what, code) => {
    expect(endsConnection(coded(code))).toBe(true)
  })
  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Query read timeout',
  ])('as the driver says it, without a code: %s', (message) => {
    expect(endsConnection(new Error(message))).toBe(true)
  })
  it.each([
    ['deadlock', '40P01'],
    ['serialization', '40001'],
    ['a row that is there', '23505'],
    ['a foreign key', '23503'],
    ['a rule of the table', '23514'],
    ['no such table', '42P01'],
    ['not allowed', '42501'],
    ['cancelled', '57014'],
    ['a lock that was not got', '55P03'],
    ['a value out of range', '22003'],
    ['another of class 25', '25P02'],
    ['disk full', '53100'],
  ])('%s (%s) says nothing of the connection', (_what, code) => {
    expect(endsConnection(coded(code))).toBe(false)
  })
  it('a bug is none of these', () => {
    for (const what of [new Error('x is not a function'), new TypeError('Connection of types'), null, 'text', {}])
      expect(endsConnection(what)).toBe(false)
  })
})

describe('DATABASE_URL', () => {
  const parsed = (uri: string) => {
    const hosts = hostsOf(uri)
    return hosts.ok ? hosts.value.map((one) => new URL(one).host || one) : hosts.failure.code
  }
  it.each<[string, string, readonly string[] | string]>([
    ['one host', 'postgresql://u:p@one:5432/db', ['one:5432']],
    ['two hosts', 'postgresql://u:p@one:5432,two:5433/db', ['one:5432', 'two:5433']],
    ['three, one port', 'postgresql://u@one,two,three/db?port=5433', ['one', 'two', 'three']],
    ['read-write', 'postgresql://u@one,two/db?target_session_attrs=read-write', ['one', 'two']],
    ['primary', 'postgresql://u@one,two/db?target_session_attrs=primary', ['one', 'two']],
    ['any', 'postgresql://u@one/db?target_session_attrs=any', ['one']],
    ['IPv6', 'postgresql://u@[::1]:5432,[::2]/db', ['[::1]:5432', '[::2]']],
    ['standby alone: a hub writes', 'postgresql://u@one,two/db?target_session_attrs=standby', 'L-101'],
    ['read-only', 'postgresql://u@one/db?target_session_attrs=read-only', 'L-101'],
    ['prefer-standby', 'postgresql://u@one/db?target_session_attrs=prefer-standby', 'L-101'],
    ['two ports for three hosts', 'postgresql://u@one,two,three/db?port=1,2', 'L-101'],
    ['another scheme', 'mysql://u@one/db', 'L-101'],
    ['no URI', 'host=one dbname=db', 'L-101'],
  ])('%s: %s', (_what, uri, expected) => {
    expect(parsed(uri)).toEqual(expected)
  })
})
