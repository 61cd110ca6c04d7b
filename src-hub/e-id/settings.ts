/** The broker of strong e-ID, as the institution has it. */
export interface EIdSettings {
  /** OpenID Connect issuer. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | null
  /** Where people's phones reach this hub, without a path: `https://lodge.example.org`. The broker sends them back to `/e-id/callback` there. */
  readonly publicUrl: string
  /** Levels of assurance that count, as the broker's `acr` names them. */
  readonly acr: readonly string[]
  readonly scope: string
  /** Life of one try, seconds. */
  readonly seconds: number
  /** How long ago the person may have identified, seconds. */
  readonly maxAgeSeconds: number
}

export const eIdPath = '/e-id'
export const eIdCallbackPath = '/e-id/callback'

/** Plain HTTP only to this computer itself, for trying. */
export function onLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
