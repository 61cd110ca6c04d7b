/** The broker of strong e-ID, as the institution has it. */
import type { ClientSettings } from '../oidc/index.ts'

export { onLoopback } from '../oidc/index.ts'

export interface EIdSettings extends ClientSettings {
  /**
   * Where people's phones reach this hub, without a path: `https://lodge.example.org`. The broker sends them back to
   * `/e-id/callback` there.
   */
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
