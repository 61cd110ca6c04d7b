/** The sandboxed preload: one CommonJS file that requires nothing but electron. */
import { contextBridge, ipcRenderer } from 'electron'
import { kioskApi } from '../../src-shared/kiosk-api.ts'
import { createBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'lodge',
  createBridge(new Set(Object.keys(kioskApi.methods)), {
    post: (channel, frame) => ipcRenderer.send(channel, frame),
    listen: (channel, listener) => void ipcRenderer.on(channel, (_event, frame: unknown) => listener(frame)),
  }),
)
