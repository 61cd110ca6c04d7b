/** A real OpenLDAP (Debian's slapd) of a test's own: a folder, a port, an authority, the password policy overlay. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attribute, Change, Client } from 'ldapts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { freePort } from '../free-port.ts'

export const baseDn = 'dc=suvanto,dc=example'
export const adminDn = `cn=lodge,${baseDn}`
/** May write passwords and nothing else: neither must-change nor the lock. */
export const narrowDn = `cn=narrow,${baseDn}`
export const adminPassword = 'the-hub-at-the-directory'

/** null where slapd can run; else why not, to skip loudly with. */
export function slapdMissing(): string | null {
  if (!existsSync('/usr/sbin/slapd')) return 'no slapd here: apt-get install slapd ldap-utils'
  if (!existsSync('/usr/lib/ldap/ppolicy.so')) return 'slapd has no password policy overlay here'
  return null
}

export interface Directory {
  /** `ldaps://`, and plain for StartTLS. */
  readonly secureUrl: string
  readonly plainUrl: string
  readonly securePort: number
  /** PEM. */
  readonly authority: string
  /** The server's own certificate, for a link that stands in between. */
  readonly server: { readonly key: string; readonly certificate: string }
  /** Whether this password binds as this account; and whether the directory says it must be changed. */
  binds(account: string, password: string): Promise<boolean>
  mustChange(account: string): Promise<boolean>
  locked(account: string): Promise<boolean>
  /** The person chooses their own password. */
  choose(account: string, old: string, own: string): Promise<void>
  addAccounts(accounts: readonly string[]): Promise<void>
  /** A rule that no generated secret meets applies to this account, or no longer. */
  strict(account: string, on: boolean): Promise<void>
  /** Changes the directory as its administrator. */
  asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

/** What a directory has beside accounts. */
export interface More {
  /** LDIF of further entries. */
  readonly ldif?: string
  /** `attributetype` and `objectclass` lines of slapd.conf(5). */
  readonly schema?: string
  /** Further lines for the database, such as a size limit. */
  readonly database?: string
  /** Bytes of the database file at most. */
  readonly maxsize?: number
}

const entryOf = (account: string) => `dn: uid=${account},ou=people,${baseDn}
objectClass: inetOrgPerson
uid: ${account}
cn: ${account}
sn: ${account}
userPassword: before-everything-1

`

export async function startSlapd(accounts: readonly string[], more: More = {}): Promise<Directory> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-slapd-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const identity = await issueServerIdentity(folder, ['localhost', '127.0.0.1'])
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const conf = file(
    'slapd.conf',
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
${more.schema ?? ''}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${join(folder, 'pid')}
TLSCACertificateFile ${file('ca.pem', identity.authority)}
TLSCertificateFile ${file('cert.pem', identity.certificate)}
TLSCertificateKeyFile ${file('key.pem', identity.key)}
security simple_bind=1
database mdb
maxsize ${more.maxsize ?? 33_554_432}
index uid,modifyTimestamp eq
${more.database ?? ''}
suffix "${baseDn}"
directory ${data}
dbnosync
access to attrs=userPassword by dn.exact="${adminDn}" write by dn.exact="${narrowDn}" write by self write by anonymous auth by * none
access to * by dn.exact="${adminDn}" manage by dn.exact="${narrowDn}" read by self read by * none
overlay ppolicy
ppolicy_default "cn=policy,${baseDn}"
`,
  )
  const ldif = file(
    'start.ldif',
    `dn: ${baseDn}
objectClass: dcObject
objectClass: organization
dc: suvanto
o: Suvanto

dn: ou=people,${baseDn}
objectClass: organizationalUnit
ou: people

dn: ${adminDn}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: lodge
userPassword: ${adminPassword}

dn: ${narrowDn}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: narrow
userPassword: ${adminPassword}

dn: cn=policy,${baseDn}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMustChange: TRUE
pwdAllowUserChange: TRUE

dn: cn=strict,${baseDn}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: strict
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 60

${accounts.map(entryOf).join('')}${more.ldif ?? ''}`,
  )
  const added = spawnSync('/usr/sbin/slapadd', ['-q', '-f', conf, '-l', ldif], { encoding: 'utf8' })
  if (added.status !== 0) throw new Error(`slapadd: ${added.stderr}`)
  const plainPort = await freePort()
  const securePort = await freePort()
  const child: ChildProcess = spawn(
    '/usr/sbin/slapd',
    ['-f', conf, '-h', `ldap://127.0.0.1:${plainPort} ldaps://127.0.0.1:${securePort}`, '-d', '0'],
    {
      stdio: 'ignore',
    },
  )
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const answers = () =>
    new Promise<boolean>((done) => {
      const probe = connect(securePort, '127.0.0.1', () => {
        probe.destroy()
        done(true)
      }).once('error', () => done(false))
    })
  for (const ends = Date.now() + 15_000; !(await answers());) {
    if (Date.now() > ends || child.exitCode !== null) throw new Error('slapd does not start')
    await new Promise((done) => setTimeout(done, 50))
  }
  const secureUrl = `ldaps://127.0.0.1:${securePort}`
  const dn = (account: string) => `uid=${account},ou=people,${baseDn}`
  async function as<T>(who: string, password: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({
      url: secureUrl,
      timeout: 5000,
      tlsOptions: { ca: identity.authority, host: '127.0.0.1' },
    })
    try {
      await client.bind(who, password)
      return await work(client)
    } finally {
      await client.unbind()
    }
  }
  const attribute = (account: string, name: string) =>
    as(adminDn, adminPassword, async (client) => {
      const { searchEntries } = await client.search(dn(account), { scope: 'base', attributes: [name] })
      const value = searchEntries[0]?.[name]
      return typeof value === 'string' ? value : ''
    })
  return {
    secureUrl,
    plainUrl: `ldap://127.0.0.1:${plainPort}`,
    securePort,
    authority: identity.authority,
    server: identity,
    binds: (account, password) =>
      as(dn(account), password, async () => true).catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 49) return false
        throw error
      }),
    mustChange: async (account) => (await attribute(account, 'pwdReset')) === 'TRUE',
    locked: async (account) => (await attribute(account, 'pwdAccountLockedTime')) !== '',
    async choose(account, old, own) {
      execFileSync('ldappasswd', ['-H', secureUrl, '-x', '-D', dn(account), '-w', old, '-a', old, '-s', own], {
        env: { ...process.env, LDAPTLS_CACERT: join(folder, 'ca.pem') },
        stdio: 'ignore',
      })
    },
    async addAccounts(more) {
      await as(adminDn, adminPassword, async (client) => {
        for (const account of more)
          await client.add(dn(account), {
            objectClass: ['inetOrgPerson'],
            uid: account,
            cn: account,
            sn: account,
            userPassword: 'before-everything-1',
          })
      })
    },
    strict: (account, on) =>
      as(adminDn, adminPassword, (client) =>
        client.modify(
          dn(account),
          new Change({
            operation: 'replace',
            modification: new Attribute({
              type: 'pwdPolicySubentry',
              values: on ? [`cn=strict,${baseDn}`] : [],
            }),
          }),
        ),
      ),
    asAdmin: (work) => as(adminDn, adminPassword, work),
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
