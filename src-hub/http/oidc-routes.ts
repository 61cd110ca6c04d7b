/**
 * Sign-in by OpenID Connect, as a browser walks it: to the provider and back. Failures come back to the sign-in page
 * with their code.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { oidcReturnPath, oidcStartPath, sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { Db } from '../database/index.ts'
import { beginSession } from '../sign-in/index.ts'
import type { ConsoleParts, Visitor } from './handlers.ts'

/** Lax: it must come along on the way back from the provider's site. It names one attempt and nobody. */
const attemptCookie = '__Host-lodge-oidc'

export interface OidcRouteParts {
  readonly db: Db
  readonly now: () => number
  readonly console: ConsoleParts
  readonly visitor: (request: FastifyRequest, reply: FastifyReply) => Visitor
}

export function serveOidc(app: FastifyInstance, { db, now, console: parts, visitor }: OidcRouteParts): void {
  const { oidc } = parts
  if (oidc === null) return
  const limited = { config: { rateLimit: { max: 60 } } }
  const refuse = (reply: FastifyReply, failure: Failure) => reply.redirect(`/sign-in?failure=${failure.code}`)

  app.get(oidcStartPath, limited, async (request, reply) => {
    const origin = parts.address ?? visitor(request, reply).origin
    const begun = await oidc.begin(now(), `${origin}${oidcReturnPath}`)
    if (!begun.ok) return refuse(reply, begun.failure)
    return reply
      .setCookie(attemptCookie, begun.value.keep, {
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'lax',
        maxAge: 600,
      })
      .redirect(begun.value.address)
  })
  app.get(oidcReturnPath, limited, async (request, reply) => {
    const who = visitor(request, reply)
    const kept = request.cookies[attemptCookie] ?? ''
    void reply.clearCookie(attemptCookie, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' })
    const finished = await oidc.finish(now(), new URL(request.url, parts.address ?? who.origin), kept)
    if (!finished.ok) return refuse(reply, finished.failure)
    who.setCookie(await beginSession(db, now(), finished.value, who.browser, request.cookies[sessionCookie] ?? null))
    return reply.redirect('/')
  })
}
