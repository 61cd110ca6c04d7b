/** Answers that are written while they are made: the check of a chain, and exports. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { chainPath, ExportQuery, exportPath } from '../../src-shared/hub-api/agent/audit.ts'
import { KioskId } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { exportCsv, exportLines, verifyChain } from '../audit/index.ts'
import type { Agent } from './callers.ts'
import type { RouteParts, Visitor } from './handlers.ts'
import { personCaller } from './sessions.ts'

/** Like the rest of proof: who reads all. */
export const streamRoles: readonly AgentRole[] = ['supervisor', 'auditor']

export interface StreamParts extends RouteParts {
  readonly tokens: ReadonlyMap<string, Agent>
  readonly visitor: (request: FastifyRequest, reply: FastifyReply) => Visitor
  readonly refuse: (reply: FastifyReply, failure: Failure) => FastifyReply
}

export function serveStreams(app: FastifyInstance, parts: StreamParts): void {
  const limited = { config: { rateLimit: { max: 60 } } }

  async function caller(request: FastifyRequest, reply: FastifyReply): Promise<Result<Agent>> {
    const found = await personCaller(parts, request, parts.visitor(request, reply))
    if (!found.ok) return found
    return streamRoles.includes(found.value.agent.role) ? ok(found.value.agent) : fail(failures.roleNotAllowed)
  }
  const note = (actor: string, act: string, detail: object) =>
    parts.db
      .insertInto('audit')
      .values({ at: parts.now(), actor, act, pickup: null, desk: null, detail: JSON.stringify(detail) })
      .execute()

  app.get(chainPath, limited, async (request, reply) => {
    const who = await caller(request, reply)
    if (!who.ok) return parts.refuse(reply, who.failure)
    const kiosk = KioskId.safeParse((request.query as { kiosk?: unknown }).kiosk)
    const known =
      kiosk.success &&
      (await parts.db.selectFrom('kiosk').select('id').where('id', '=', kiosk.data).executeTakeFirst()) !== undefined
    if (!kiosk.success || !known) return parts.refuse(reply, fail(failures.notFound, { what: 'kiosk' }).failure)
    await note(who.value.name, 'chain-verified', { kiosk: kiosk.data })
    async function* lines(id: string) {
      for await (const progress of verifyChain(parts.db, id)) yield `${JSON.stringify(progress)}\n`
    }
    return reply.type('application/x-ndjson; charset=utf-8').send(Readable.from(lines(kiosk.data)))
  })

  app.get(exportPath, limited, async (request, reply) => {
    const who = await caller(request, reply)
    if (!who.ok) return parts.refuse(reply, who.failure)
    const query = ExportQuery.safeParse(request.query)
    if (!query.success)
      return parts.refuse(
        reply,
        fail(failures.requestMalformed, { where: query.error.issues[0]?.path.join('.') ?? 'query' }).failure,
      )
    const { from, to, format } = query.data
    if (to <= from) return parts.refuse(reply, fail(failures.periodUnusable).failure)
    const key = parts.console?.exportKey
    if (key === undefined) return parts.refuse(reply, fail(failures.notFound, { what: 'key' }).failure)
    await note(who.value.name, 'exported', { from, to, format })
    const day = (at: number) => new Date(at).toISOString().slice(0, 10)
    const about = {
      hub: parts.console?.address ?? parts.visitor(request, reply).origin,
      madeAt: parts.now(),
      by: who.value.name,
    }
    const text = format === 'csv' ? exportCsv(parts.db, { from, to }) : exportLines(parts.db, key, about, { from, to })
    return reply
      .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="lodge-${day(from)}-${day(to)}.${format}"`)
      .send(Readable.from(text))
  })
}
