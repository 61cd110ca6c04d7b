/** `app://kiosk/`: the window's own files and the plain page, with the security headers, and nothing else. */
import { protocol } from 'electron'
import type { Failure } from '../../src-shared/failures/result.ts'
import { readStatic, securityHeaders } from '../shell/index.ts'
import { plainCss, plainPage } from './plain-page.ts'
import { requestedPath } from './rules.ts'

export interface StoppedPage {
  readonly failure: Failure
  readonly support: string | null
}

/** `stopped` says what the plain page is to say. */
export function serveWindow(rendererDir: string, stopped: () => StoppedPage): void {
  const headers = securityHeaders("'none'")
  protocol.handle('app', async (request) => {
    const path = requestedPath(request.url)
    if (path === null || request.method !== 'GET') return new Response(null, { status: 404, headers })
    if (path === '/stopped') {
      const { failure, support } = stopped()
      return new Response(plainPage(failure, support), {
        headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
      })
    }
    if (path === '/stopped.css')
      return new Response(plainCss, { headers: { ...headers, 'content-type': 'text/css; charset=utf-8' } })
    const file = await readStatic(rendererDir, path)
    if (file === null) return new Response(null, { status: 404, headers })
    return new Response(new Uint8Array(file.bytes), { headers: { ...headers, 'content-type': file.type } })
  })
}
