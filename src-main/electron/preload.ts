/**
 * The sandboxed preload: one CommonJS file that requires nothing but electron, and gives the window named methods
 * alone.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { kioskMethods, type KioskBridge } from '../../src-shared/kiosk-api/methods.ts'
import { callChannel, eventChannel, retryChannel } from './channels.ts'

const listeners: ((frame: unknown) => void)[] = []
ipcRenderer.on(eventChannel, (_event, frame: unknown) => {
  for (const listener of listeners) listener(frame)
})

const bridge: KioskBridge = {
  // Each function is closed over its own channel: the window cannot name one.
  call: Object.fromEntries(
    kioskMethods.map((method) => [
      method,
      (id: number, input: unknown) => ipcRenderer.send(callChannel(method), id, input),
    ]),
  ) as KioskBridge['call'],
  retryEngine: () => ipcRenderer.send(retryChannel),
  onFrame: (listener) => void listeners.push(listener),
}
contextBridge.exposeInMainWorld('lodge', bridge)
