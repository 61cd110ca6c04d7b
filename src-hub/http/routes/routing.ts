/** People, issuing and routing from the console. */
import type { routingRoutes } from '../../../src-shared/hub-api/agent/routing.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { previewWriteOff } from '../../kiosks/index.ts'
import { extendPickup, reissuePickup } from '../../pickups/index.ts'
import {
  addCard,
  findRecipients,
  mayActFor,
  mayIssue,
  recipientView,
  removeCard,
  saveRecipient,
  setBirthDate,
} from '../../people/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function routingHandlers(parts: RouteParts): SomeHandlers<keyof typeof routingRoutes> {
  const { db, keys, now } = parts
  return {
    recipients: async ({ query, agent }) => {
      const found = await findRecipients(db, query.text, query.limit)
      const recipients = found.recipients.map(({ id }) => id)
      await parts.readings?.record(agent.name, { act: 'people-searched', recipients })
      return ok(found)
    },
    recipient: async ({ query, agent }) => {
      const found = await recipientView(db, query.recipient)
      if (found.ok) await parts.readings?.record(agent.name, { act: 'person-read', recipients: [query.recipient] })
      return found
    },
    saveRecipient: async ({ body, agent }) => {
      const saved = await saveRecipient(db, now(), agent, body)
      parts.correctionsWanted?.()
      return saved.ok ? ok({ recipient: saved.value }) : saved
    },
    setBirthDate: async ({ body, agent }) => {
      const saved = await setBirthDate(db, keys, now(), agent, body.recipient, body.birthDate)
      parts.correctionsWanted?.()
      return saved.ok ? ok({ saved: true as const }) : saved
    },
    addCard: async ({ body, agent }) => {
      const saved = await addCard(db, keys, now(), agent, body.recipient, body.card)
      parts.correctionsWanted?.()
      return saved.ok ? ok({ cards: saved.value }) : saved
    },
    removeCard: async ({ body, agent }) => {
      const saved = await removeCard(db, keys, now(), agent, body.recipient, body.card)
      parts.correctionsWanted?.()
      return saved.ok ? ok({ cards: saved.value }) : saved
    },
    mayIssue: async ({ query, agent }) => mayIssue(db, keys, now(), agent.role, query),
    extend: async ({ body, agent }) => {
      const may = await mayActFor(db, body.pickup, agent.role)
      if (!may.ok) return may
      const done = await extendPickup(db, now(), agent.name, body.pickup, body.expiresAt, parts.secrets)
      return done.ok ? ok({ expiresAt: done.value }) : done
    },
    reissue: async ({ body, agent }) => reissuePickup(db, parts, body.pickup, body.desk, agent),
    writeOffPreview: async ({ query }) => previewWriteOff(db, query.kiosk),
  }
}
