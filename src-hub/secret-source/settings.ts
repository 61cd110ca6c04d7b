/**
 * The secret source's settings: one JSON file, secrets of its own in files beside it
 * (`resources/deploy/secret-source.example.json`).
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { SecretKind } from '../../src-shared/domain/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { GeneratorSettings, isComplex } from './generator.ts'
import type { LdapSettings } from './ldap.ts'
import type { WebhookSourceSettings } from './webhook.ts'

const File = z.string().min(1)
const Ldap = z
  .strictObject({
    kind: z.literal('ldap'),
    url: z.url({ protocol: /^ldaps?$/ }),
    startTls: z.boolean().default(false),
    caFile: File.optional(),
    bindDn: z.string().min(1),
    bindPasswordFile: File,
    baseDn: z.string().min(1),
    filter: z.string().regex(/^\(.*\{account\}.*\)$/),
    flavour: z.enum(['rfc3062', 'active-directory']),
    mustChange: z.enum(['ppolicy', 'none']).default('ppolicy'),
    timeoutMs: z.number().int().min(500).max(10_000).default(5000),
  })
  // A password never crosses a wire in the clear.
  .refine((ldap) => ldap.url.startsWith('ldaps:') !== ldap.startTls, { path: ['startTls'] })
const Webhook = z.strictObject({
  kind: z.literal('webhook'),
  url: z.url({ protocol: /^https$/ }),
  /** `whsec_` and base64, as of Standard Webhooks. */
  keyFile: File,
  caFile: File.optional(),
  timeoutMs: z.number().int().min(500).max(20_000).default(10_000),
})

const Settings = z
  .strictObject({
    generator: GeneratorSettings.prefault({}),
    /** When a secret binds: from its issue, or from its handover (locked until then). */
    set: z.enum(['issue', 'handover']).default('issue'),
    source: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('none') }), Ldap, Webhook]),
  })
  // A directory would refuse such secrets, one pickup after another.
  .superRefine(({ generator, source }, context) => {
    for (const kind of SecretKind.options)
      if (source.kind === 'ldap' && !isComplex(generator[kind]))
        context.addIssue({ code: 'custom', path: ['generator', kind, 'alphabet'] })
  })

export type SourceChoice =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'ldap' } & LdapSettings)
  | ({ readonly kind: 'webhook' } & Omit<WebhookSourceSettings, 'now'>)

export interface SecretSettings {
  readonly generator: GeneratorSettings
  readonly atHandover: boolean
  readonly source: SourceChoice
}

/** Fails with L-101 naming the file and the place in it, never a value. */
export function readSecretSettings(file: string): Result<SecretSettings> {
  const wrong = (place: string) => fail(failures.settingsUnreadable, { where: `${file}: ${place}` })
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return wrong('JSON')
  }
  const parsed = Settings.safeParse(json)
  if (!parsed.success) return wrong(parsed.error.issues[0]?.path.join('.') || 'settings')
  const { generator, set, source } = parsed.data
  const beside = (name: string) => readFileSync(resolve(dirname(file), name), 'utf8')
  const rest = { generator, atHandover: set === 'handover' }
  if (source.kind === 'none') return ok({ ...rest, source })
  let ca: string | undefined
  try {
    if (source.caFile !== undefined) ca = beside(source.caFile)
  } catch {
    return wrong('source.caFile')
  }
  const trusted = ca === undefined ? {} : { ca }
  try {
    if (source.kind === 'webhook') {
      const key = beside(source.keyFile).trim()
      if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(key)) return wrong('source.keyFile')
      const { hostname } = new URL(source.url)
      // The administrator of the hub's machine names it: it may lie inside.
      return ok({
        ...rest,
        source: {
          kind: 'webhook',
          url: source.url,
          key,
          guard: { hosts: [hostname], loopback: false },
          timeoutMs: source.timeoutMs,
          ...trusted,
        },
      })
    }
    const bindPassword = beside(source.bindPasswordFile).replace(/\r?\n$/, '')
    if (bindPassword === '') return wrong('source.bindPasswordFile')
    const { kind, url, startTls, bindDn, baseDn, filter, flavour, mustChange, timeoutMs } = source
    return ok({
      ...rest,
      source: { kind, url, startTls, bindDn, bindPassword, baseDn, filter, flavour, mustChange, timeoutMs, ...trusted },
    })
  } catch {
    return wrong(source.kind === 'ldap' ? 'source.bindPasswordFile' : 'source.keyFile')
  }
}
