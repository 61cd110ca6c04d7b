/** Tokens for programs (a ticket system): made by an administrator, shown once, kept as hashes. */
import { z } from 'zod'
import { Instant, StoredInstant } from '../../domain/index.ts'
import { HumanLabel } from '../../domain/human-text.ts'
import { noBody, none, route } from '../route.ts'

/**
 * What a program may be: it issues and reads, or (`people`) puts people in by SCIM and does nothing else. Losses,
 * alarms and administration are people's.
 */
export const TokenRole = z.enum(['agent', 'hr', 'auditor', 'people'])
export type TokenRole = z.infer<typeof TokenRole>

export const ApiToken = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  expiresAt: Instant,
  revokedAt: StoredInstant,
  revokedBy: z.string().nullable(),
  lastUsedAt: StoredInstant,
})

export const apiTokenRoutes = {
  tokens: route('GET', '/v1/agent/tokens', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({ tokens: z.array(ApiToken) }),
  }),
  /** `token` is in this reply and nowhere else. */
  createToken: route('POST', '/v1/agent/tokens', 'agent', {
    query: none,
    body: z.object({ name: HumanLabel(60), role: TokenRole, days: z.number().int().min(1).max(730) }),
    reply: z.object({ id: z.string(), token: z.string(), expiresAt: Instant }),
  }),
  revokeToken: route('POST', '/v1/agent/tokens/revoke', 'agent', {
    query: none,
    body: z.object({ id: z.string().max(40) }),
    reply: z.object({ revoked: z.literal(true) }),
  }),
} as const
