/** Setting an institution up: which steps there are, what is done, and what is still missing before a desk can open. */
import { z } from 'zod'
import { HumanText } from '../../domain/human-text.ts'
import { noBody, none, route } from '../route.ts'

/** In the order in which each has what it needs from those before. */
export const SetupStep = z.enum([
  'institution',
  'places',
  'policy',
  'slip',
  'people',
  'accounts',
  'staff',
  'kiosk',
  'test',
])
export type SetupStep = z.infer<typeof SetupStep>

/** What is missing. */
export const Missing = z.enum([
  'name',
  'change-address',
  'self-service-address',
  'contact',
  'unit',
  'desk',
  'served-desk',
  'training-address',
  'slip-note',
  'person',
  'issuer',
  'staff',
  'staffed-desk',
  'desk-supervisor',
  'badge',
  'kiosk',
  'working-kiosk',
  'handover',
])
export type Missing = z.infer<typeof Missing>

/** A text, a telephone number or an address that is not given is empty. */
const Line = HumanText(200)
const Web = z.union([z.literal(''), z.url({ protocol: /^https?$/ })])
/** How people reach the institution's helpdesk. */
export const Contact = z.object({
  address: Line,
  telephone: HumanText(60),
  email: z.union([z.literal(''), z.email()]),
  /** Of the ticket system, where people ask for a pickup. */
  ticketAddress: Web,
  /** A page that has the opening hours. */
  hoursAddress: Web,
})
export type Contact = z.infer<typeof Contact>

export const setupRoutes = {
  /** From the database, each time. `ready`: everything that a desk cannot open without is there. */
  setup: route('GET', '/v1/agent/setup', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      steps: z.array(
        z.object({
          step: SetupStep,
          state: z.enum(['done', 'skipped', 'open']),
          /** `must`: a desk cannot open without it. */
          missing: z.array(z.object({ what: Missing, must: z.boolean() })),
        }),
      ),
      ready: z.boolean(),
      /** Somebody has said that set-up is over; it stays reachable. */
      finished: z.boolean(),
    }),
  }),
  /** Steps that are passed over for now, and whether set-up is over. */
  saveSetup: route('POST', '/v1/agent/setup', 'agent', {
    query: none,
    body: z.object({ skipped: z.array(SetupStep).max(20), finished: z.boolean() }),
    reply: z.object({ saved: z.literal(true) }),
  }),
  contact: route('GET', '/v1/agent/contact', 'agent', { query: none, body: noBody, reply: Contact }),
  saveContact: route('POST', '/v1/agent/contact', 'agent', {
    query: none,
    body: Contact,
    reply: z.object({ saved: z.literal(true) }),
  }),
} as const
