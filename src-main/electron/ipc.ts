/** The window's end of the gate: who sent a frame is checked synchronously, before anything is awaited or looked at. */
import { ipcMain, type BrowserWindow, type IpcMainEvent } from 'electron'
import { kioskMethods } from '../../src-shared/kiosk-api/methods.ts'
import { createGate, type EngineSupervisor } from '../shell/index.ts'
import { callChannel, eventChannel, retryChannel } from './channels.ts'
import { isOurPage, isOurWindow } from './rules.ts'

/**
 * Connects whichever window is current to the engine; replies go to the window that asked, and only while it is
 * current.
 */
export function connectWindows(
  supervisor: EngineSupervisor,
  current: () => BrowserWindow | null,
  log: (line: string) => void,
): void {
  const send = (frame: unknown) => {
    const window = current()
    // What staff see goes to our own page alone, wherever the window may have got to.
    if (window !== null && !window.isDestroyed() && isOurPage(window.webContents.getURL()))
      window.webContents.send(eventChannel, frame)
  }
  const gate = createGate((frame, answer) => supervisor.call(frame, answer))

  function fromOurWindow({ sender, senderFrame }: IpcMainEvent): boolean {
    const window = current()
    if (window === null || window.isDestroyed() || senderFrame === null) return false
    return isOurWindow({
      url: senderFrame.url,
      isMainFrame: senderFrame === sender.mainFrame,
      isOurContents: sender === window.webContents,
    })
  }

  for (const method of kioskMethods) {
    ipcMain.on(callChannel(method), (event, id: unknown, input: unknown) => {
      if (fromOurWindow(event)) gate.receive({ t: 'call', id, method, input }, send)
      else log('lodge: a call from another sender than the window was refused')
    })
  }
  ipcMain.on(retryChannel, (event) => {
    if (fromOurWindow(event)) supervisor.retry()
  })
  supervisor.onFrame(send)
}
