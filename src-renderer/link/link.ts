/** The window's link to the engine, whichever shell carries it. */
import type { FrameLink } from '../../src-shared/kiosk-api/contract.ts'
import { shownDeep } from '../../src-shared/domain/human-text.ts'
import { ShellNotice } from '../../src-shared/kiosk-api/index.ts'

/**
 * `lost`: the carrier is gone and is being sought again. `elsewhere`: another window has taken over; only a person
 * brings it back here.
 */
export type LinkState = 'connecting' | 'up' | 'lost' | 'elsewhere'

export interface KioskLink extends FrameLink {
  /** Registers the only watcher of the carrier; called at once with the present state. */
  onState(watch: (state: LinkState) => void): void
  /** Asks the shell to start an engine that it has given up. */
  retryEngine(): void
  start(): void
  stop(): void
}

/** Splits the shell's own notices from the contract's frames. */
export function splitNotices(link: KioskLink, onNotice: (notice: ShellNotice) => void): FrameLink {
  return {
    send: (frame) => {
      link.send(frame)
    },
    onFrame(receive) {
      link.onFrame((raw) => {
        // What was stored before names were looked at is made harmless here, once, for every screen.
        const frame = shownDeep(raw)
        const notice = ShellNotice.safeParse(frame)
        if (notice.success) onNotice(notice.data)
        else receive(frame)
      })
    },
  }
}
