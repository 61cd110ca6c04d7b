/** Parts of the window that the first screen does without. */
import { defineAsyncComponent, type Component } from 'vue'

/**
 * A component in a file of its own, fetched as soon as the window has nothing else to do: it is there before anyone
 * asks for it, also when the shell is away by then.
 */
export function later(load: () => Promise<{ default: Component }>): Component {
  window.requestIdleCallback(() => {
    // It is asked for again when it is drawn.
    load().catch(() => undefined)
  })
  return defineAsyncComponent(load)
}
