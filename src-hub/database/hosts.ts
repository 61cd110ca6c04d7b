/**
 * A connection URI that names several hosts, as libpq reads it (PostgreSQL manual, 34.1.1.3 "Specifying Multiple
 * Hosts"): `postgresql://user@one:5432,two/db?target_session_attrs=read-write`. node-postgres knows one host only, so
 * the URI becomes one for each host, and the pool tries them in turn. A hub writes: a server that does not take writes
 * is passed over whether the URI asks for that or not.
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

const shape = /^(postgres(?:ql)?:\/\/)(?:([^@/?#]*)@)?([^/?#@]*)(\/[^?#]*)?(?:\?([^#]*))?$/
const host = /^(?:\[[0-9a-f:.]+\]|[^[\]:]*)(?::(\d{1,5}))?$/i

/** Values of `target_session_attrs` that a hub can work with; libpq has more. */
const writable: ReadonlySet<string> = new Set(['any', 'read-write', 'primary'])

/**
 * One URI for each host, in the order of the list. Fails with L-101 (`where`: the setting's name), never with the URI.
 */
export function hostsOf(uri: string, where = 'DATABASE_URL'): Result<readonly string[]> {
  const [, scheme = '', user, hosts = '', path = '', query] = shape.exec(uri) ?? []
  if (scheme === '') return fail(failures.settingsUnreadable, { where })
  const settings = new URLSearchParams(query)
  const wanted = settings.get('target_session_attrs')
  if (wanted !== null && !writable.has(wanted)) return fail(failures.settingsUnreadable, { where })
  settings.delete('target_session_attrs')
  const named = (name: string) => settings.get(name)?.split(',') ?? []
  const names = named('host')
  const ports = named('port')
  // Hosts as settings (sockets, service files) take the place of those before the path.
  const listed = names.length > 0 ? names : hosts.split(',')
  if (listed.some((one) => names.length === 0 && !host.test(one))) return fail(failures.settingsUnreadable, { where })
  // One port for all of them, or one for each.
  if (ports.length > 1 && ports.length !== listed.length) return fail(failures.settingsUnreadable, { where })
  const before = user === undefined ? '' : `${user}@`
  return ok(
    listed.map((one, i) => {
      const own = new URLSearchParams(settings)
      if (names.length > 0) own.set('host', one)
      const port = ports[i] ?? ports[0]
      if (port !== undefined) own.set('port', port)
      const rest = own.size === 0 ? '' : `?${own.toString()}`
      return `${scheme}${before}${names.length > 0 ? '' : one}${path}${rest}`
    }),
  )
}

/** The same URI for somebody else: the running role of the hub's own cluster. */
export function userOf(uri: string): string {
  const user = shape.exec(uri)?.[2]?.split(':', 1)[0] ?? ''
  return decodeURIComponent(user === '' ? (new URLSearchParams(shape.exec(uri)?.[5]).get('user') ?? '') : user)
}
