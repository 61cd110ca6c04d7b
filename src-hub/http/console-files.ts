/**
 * The console's built files: hashed ones kept for a year, the page itself asked for each time, and every path of its
 * own answered with the page.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Nothing inline, nothing from elsewhere, in no frame. */
export const consoleHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'x-frame-options': 'DENY',
} as const

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for what belongs to the console's page, whose headers differ from those of answers to programs. */
    page?: boolean
    /** A page for a person's phone. */
    phone?: boolean
  }
}

export interface ConsoleFiles {
  /** Answers a path of the console's own with its page; false: not such a path. */
  page(request: FastifyRequest, reply: FastifyReply): boolean
}

/** null: the console has not been built, and the hub serves programs alone. */
export function serveConsole(app: FastifyInstance, folder: string | null): ConsoleFiles | null {
  if (folder === null || !existsSync(join(folder, 'index.html'))) return null
  void app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, etag: true })
  app.get('/assets/*', { config: {} }, (request, reply) => {
    request.page = true
    void reply.header('cache-control', 'public, max-age=31536000, immutable')
    return reply.sendFile(join('assets', (request.params as { '*': string })['*']))
  })
  return {
    page(request, reply) {
      const path = request.url.split('?')[0] ?? '/'
      if (request.method !== 'GET' || path.startsWith('/v1/') || path.startsWith('/assets/')) return false
      request.page = true
      // One level, plain names: a picture or a manifest beside the page.
      const file = /^\/([A-Za-z0-9_-]+\.(?:svg|png|ico|webmanifest|txt))$/.exec(path)?.[1]
      void reply.header('cache-control', 'no-cache')
      void reply.sendFile(file !== undefined && existsSync(join(folder, file)) ? file : 'index.html')
      return true
    },
  }
}
