/** One client of the hub's at an OpenID Connect provider: the console's sign-in, or the broker of strong e-ID. */
export interface ClientSettings {
  /** OpenID Connect issuer, with or without a final slash. */
  readonly issuer: string
  readonly clientId: string
  /** null: a public client, without a secret. */
  readonly clientSecret: string | null
}

/** Which settings a client's are: `LODGE_HUB_OIDC_...` of the console's sign-in, `LODGE_HUB_EID_...` of the broker. */
export type SettingNames = 'OIDC' | 'EID'

/**
 * Clocks of provider and hub may differ by so much, seconds: RFC 7519, 4.1.4 and 4.1.5, leaves room for "no more than a
 * few minutes".
 */
export const skewSeconds = 60

/** Plain HTTP only to this computer itself, for trying. */
export function onLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
