/**
 * The scripts that stand in for Electron's renderer half: the context bridge between the page and the preload's
 * isolated world.
 */

/** In the page's own world: makes the exposed object, whose functions call into the isolated world. */
export const pageWorld = `(() => {
  const functions = new Map(); let next = 1
  const give = (v) => typeof v === 'function' ? (functions.set(next, v), { $fn: next++ }) : v
  const take = (v) => v && v.$fn !== undefined
    ? (...args) => { document.dispatchEvent(new CustomEvent('standin:call', { detail: JSON.stringify({ fn: v.$fn, args: args.map(give) }) })) }
    : v && typeof v === 'object' ? Object.freeze(Object.fromEntries(Object.entries(v).map(([k, x]) => [k, take(x)]))) : v
  document.addEventListener('standin:expose', (e) => {
    const { key, api } = JSON.parse(e.detail)
    Object.defineProperty(window, key, { value: take(api), enumerable: true })
  })
  document.addEventListener('standin:back', (e) => { const { fn, args } = JSON.parse(e.detail); functions.get(fn)?.(...args) })
})()`

/**
 * In the isolated world: `require('electron')`, and the preload itself, in the main frame alone unless sub-frames were
 * asked for.
 */
export function preloadWorld(preload: string, inSubFrames: boolean): string {
  return `(() => {
  const listeners = new Map()
  globalThis.standinDeliver = (channel, args) => { for (const l of listeners.get(channel) ?? []) l({}, ...args) }
  globalThis.standinRaw = (channel, args) => standinSend(JSON.stringify({ channel, args }))
  if (window !== window.top && !${String(inSubFrames)}) return
  const ipcRenderer = {
    send: (channel, ...args) => standinSend(JSON.stringify({ channel, args })),
    on: (channel, l) => { listeners.set(channel, [...(listeners.get(channel) ?? []), l]) },
  }
  const functions = new Map(); let next = 1
  const give = (v) => typeof v === 'function' ? (functions.set(next, v), { $fn: next++ })
    : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, give(x)])) : v
  const take = (v) => v && v.$fn !== undefined
    ? (...args) => { document.dispatchEvent(new CustomEvent('standin:back', { detail: JSON.stringify({ fn: v.$fn, args }) })) } : v
  document.addEventListener('standin:call', (e) => { const { fn, args } = JSON.parse(e.detail); functions.get(fn)?.(...args.map(take)) })
  const contextBridge = {
    exposeInMainWorld: (key, api) => { document.dispatchEvent(new CustomEvent('standin:expose', { detail: JSON.stringify({ key, api: give(api) }) })) },
  }
  const require = (name) => { if (name !== 'electron') throw new Error('a sandboxed preload cannot load ' + name); return { contextBridge, ipcRenderer } }
  ;(function (require, module, exports) {${preload}
  })(require, { exports: {} }, {})
})()`
}
