/** Strong e-ID as a phone walks it: the address on the desk's screen, the broker, and back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Language } from '../../src-shared/domain/index.ts'
import {
  eIdCallbackPath,
  eIdPath,
  onLoopback,
  pageHeaders,
  phonePage,
  type EIds,
  type EIdSettings,
  type PhonePage,
} from '../e-id/index.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** From one address in a minute: a desk's whole queue may sit behind one. */
const perMinute = 60

function languageOf(request: FastifyRequest): Language {
  for (const wanted of String(request.headers['accept-language'] ?? '').split(',')) {
    const known = Language.safeParse(wanted.trim().slice(0, 2).toLowerCase())
    if (known.success) return known.data
  }
  return 'fi'
}

export function serveEId(app: FastifyInstance, settings: EIdSettings, eIds: EIds): void {
  const secure = !onLoopback(settings.publicUrl)
  /** Lax: it must come along on the way back from the broker's site. It names one try and nobody. */
  const cookie = secure ? '__Host-lodge-e-id' : 'lodge-e-id'
  const flags = { path: '/', secure, httpOnly: true, sameSite: 'lax' } as const
  const limited = { config: { rateLimit: { max: perMinute } } }

  function show(request: FastifyRequest, reply: FastifyReply, page: PhonePage, address?: string): FastifyReply {
    request.phone = true
    reply.status(page.startsWith('L-') ? 403 : 200).headers(pageHeaders)
    return reply.type('text/html; charset=utf-8').send(phonePage(page, languageOf(request), address))
  }

  // A form's body says nothing: it only must not be taken for an error.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 1024 },
    (_request, _body, done) => done(null, ''),
  )

  app.get(eIdCallbackPath, limited, async (request, reply) => {
    const query = request.query as { state?: unknown }
    const keep = request.cookies[cookie] ?? ''
    void reply.clearCookie(cookie, flags)
    const at = request.url.indexOf('?')
    const finished = await eIds.finish(
      typeof query.state === 'string' ? query.state : '',
      keep,
      at < 0 ? '' : request.url.slice(at),
    )
    return show(request, reply, finished.ok ? 'proved' : finished.failure.code)
  })
  // Looking uses nothing up: whatever previews an address does no harm.
  app.get<{ Params: { word: string } }>(`${eIdPath}/:word`, limited, async (request, reply) => {
    const { word } = request.params
    return (await eIds.waiting(word))
      ? show(request, reply, 'begin', `${eIdPath}/${word}`)
      : show(request, reply, failures.eIdAddressSpent)
  })
  app.post<{ Params: { word: string } }>(`${eIdPath}/:word`, limited, async (request, reply) => {
    const opened = await eIds.open(request.params.word, languageOf(request))
    if (!opened.ok) return show(request, reply, opened.failure.code)
    void reply.setCookie(cookie, opened.value.keep, { ...flags, maxAge: settings.seconds })
    // A page and not a redirect: the form's own rule would follow it to the broker and the banks behind it.
    return show(request, reply, 'onward', opened.value.address)
  })
}
