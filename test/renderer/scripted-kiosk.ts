/**
 * A kiosk with a script instead of an engine: serves the built window on loopback and speaks the kiosk API over its
 * WebSocket. Handlers and frames are derived from the contract, so the double cannot drift from it.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { answer, CallFrame } from '../../src-shared/kiosk-api/contract.ts'
import { DeskId, StaffId, VerificationId } from '../../src-shared/domain/index.ts'
import {
  kioskApi,
  KioskState,
  type CounterStep,
  type KioskHandlers,
  type ShellNotice,
} from '../../src-shared/kiosk-api/index.ts'
import { ok, type Failure } from '../../src-shared/failures/result.ts'
import { contentSecurityPolicy } from '../../src-renderer/vite.config.ts'
import { lettersOfScenes, queueOfPickups, sceneNow } from './scenes.ts'

export interface ScriptedKiosk {
  readonly url: string
  /** Every command the window has sent, in order. */
  readonly calls: readonly { readonly method: string; readonly input: unknown }[]
  show(state: KioskState): void
  step(counter: CounterStep): void
  notice(failure: Failure): void
  /** Somebody calls for staff. */
  ring(call: NonNullable<KioskState['call']>): void
  shell(notice: Omit<ShellNotice, 't'>): void
  /** Breaks every connection, as a dying shell does, and takes no new one until `admit(true)`. */
  admit(open: boolean): void
  /** What a command answers from now on; without one it answers plain success. */
  script(handlers: Partial<KioskHandlers>): void
  stop(): Promise<void>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}
const done = () => ok(null)

export async function startScriptedKiosk(folder: string, first: KioskState): Promise<ScriptedKiosk> {
  let state = KioskState.parse(first)
  let admitting = true
  let scripted: Partial<KioskHandlers> = {}
  const calls: { method: string; input: unknown }[] = []
  const sockets = new Set<WebSocket>()

  const plain: KioskHandlers = {
    state: () => ok(state),
    queue: ({ filter, search }) => {
      const wanted = search.toLowerCase()
      const pickups = queueOfPickups.filter(
        (each) =>
          (filter === 'all' || filter === 'today' || each.state === filter) && each.name.toLowerCase().includes(wanted),
      )
      return ok({ pickups, total: pickups.length })
    },
    journal: () =>
      ok({
        entries: [
          'handed-over',
          'slip-printed',
          'slip-intended',
          'verification',
          'arrival',
          'staff-signed-in',
          'engine-started',
        ].map((kind, place) => ({
          seq: 40 - place,
          time: sceneNow - place * 17_000,
          kind,
          actor: kind === 'arrival' || kind === 'engine-started' ? null : 'Pekka Salo',
          pickup: null,
          acknowledged: place > 1,
        })),
      }),
    verifyDocument: () => ok({ verification: VerificationId.parse('verification'.padEnd(22, '0')) }),
    verifyByEye: () => ok({ verification: VerificationId.parse('verification'.padEnd(22, '0')) }),
    release: () =>
      ok({ slip: state.counter.step === 'hand-over' ? state.counter.slip.id : ('slip'.padEnd(22, '0') as never) }),
    checkPrinter: () => ok(state.printer),
    enrol: done,
    enterPin: done,
    signOut: done,
    addStaff: done,
    changePin: done,
    removePin: done,
    serveOutsideHours: done,
    pauseDesk: done,
    resumeDesk: done,
    acceptHubTime: done,
    undoArrival: done,
    moreTime: done,
    callStaff: done,
    answerCall: done,
    openDesk: done,
    sendElsewhere: done,
    destinations: () =>
      ok({
        desks: [
          {
            id: DeskId.parse('desk-satama'.padEnd(22, '0')),
            kind: 'porter',
            name: { fi: 'Sataman aula', sv: 'Hamnens aula', en: 'Harbour lodge' },
            unit: { fi: 'Satama', sv: 'Hamnen', en: 'Harbour' },
            address: 'Satamakatu 2, 00160 Helsinki',
            open: true,
            until: sceneNow + 3_600_000,
          },
        ],
      }),
    endShift: done,
    testPrinter: () => ok({ confirmed: true }),
    supportBundle: () => ok({ file: 'support/lodge-support-20261123120000.json' }),
    readers: () =>
      ok({
        devices: [
          {
            path: '/dev/hidraw0',
            product: 'Voyager 1472g',
            vendorId: 0x0c2e,
            productId: 0x0b61,
            usagePage: 0x8c,
            usage: 2,
            used: true,
            rule: 'Scanner',
            failure: null,
          },
          {
            path: '/dev/hidraw1',
            product: 'RFID reader',
            vendorId: 0x08ff,
            productId: 9,
            usagePage: 1,
            usage: 6,
            used: false,
            rule: 'Card reader',
            failure: { code: 'L-710' },
          },
          {
            path: '/dev/hidraw2',
            product: 'pcProx',
            vendorId: 0x0c27,
            productId: 0x3bfa,
            usagePage: 1,
            usage: 6,
            used: false,
            rule: null,
            failure: null,
          },
        ],
        learning: null,
      }),
    learnReader: done,
    sticks: () =>
      ok({ sticks: [{ id: '/media/lodge/TIKKU', name: 'TIKKU', freeBytes: 8_000_000_000 }], writing: null }),
    carryLedger: () => ok({ files: 1, entries: 12, upTo: 240 }),
    takeReceipt: () => ok({ acked: 240, fresh: 12 }),
    staff: () =>
      ok({
        staff: [
          {
            id: StaffId.parse('staff-pekka'.padEnd(22, '0')),
            name: 'Pekka Salo',
            role: 'supervisor',
            hasPin: true,
            lockedUntil: null,
          },
          {
            id: StaffId.parse('staff-anna'.padEnd(22, '0')),
            name: 'Anna Lund',
            role: 'porter',
            hasPin: true,
            lockedUntil: sceneNow + 120_000,
          },
          {
            id: StaffId.parse('staff-otso'.padEnd(22, '0')),
            name: 'Otso Mäki',
            role: 'porter',
            hasPin: false,
            lockedUntil: null,
          },
        ],
      }),
    shift: () =>
      ok({
        since: sceneNow,
        handedOver: 12,
        slips: 14,
        spoiled: 1,
        missing: 0,
        nothingCameOut: 1,
        failed: 2,
        noSlip: 3,
        unsettled: 0,
        unsent: 4,
      }),
    beginEId: done,
    cancelEId: done,
    findAccount: done,
    chooseAccount: done,
    issueWalkIn: () => ok({ slip: null }),
    noSlipWalkIn: done,
    requestDelivery: () => ok({ state: 'waiting', sent: false, reason: null, reference: null }),
    requestFor: () => ok({ state: 'waiting', sent: false, reason: null, reference: null }),
    letters: () => ok({ letters: [...lettersOfScenes] }),
    openLetter: done,
    approveDispatch: () => ok({ approval: 'approval'.padEnd(22, '0') as never }),
    printLetter: () => ok({ slip: 'slip'.padEnd(22, '0') as never }),
    dispatchLetter: done,
    endLetter: done,
    openPickup: done,
    settle: done,
    instructions: done,
    noSlip: done,
    dismiss: done,
    syncNow: done,
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://kiosk').pathname
    const file = normalize(path === '/' ? '/index.html' : path)
    readFile(join(folder, file)).then(
      (bytes) => {
        response.writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
        })
        response.end(bytes)
      },
      () => {
        response.writeHead(404).end()
      },
    )
  })
  const socketServer = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!admitting || request.url !== '/kiosk') {
      socket.destroy()
      return
    }
    socketServer.handleUpgrade(request, socket, head, (connected) => {
      sockets.add(connected)
      connected.on('close', () => sockets.delete(connected))
      connected.on('message', (data: Buffer) => {
        const frame = CallFrame.parse(JSON.parse(data.toString('utf8')))
        if (frame.method !== 'state') calls.push({ method: frame.method, input: frame.input })
        void answer(kioskApi, { ...plain, ...scripted }, frame, (method, error) => {
          throw new Error(`the script failed at ${method}`, { cause: error })
        }).then((reply) => {
          connected.send(JSON.stringify(reply))
        })
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  function tell(frame: unknown): void {
    for (const socket of sockets) socket.send(JSON.stringify(frame))
  }
  function show(next: KioskState): void {
    state = KioskState.parse({ ...next, revision: state.revision + 1 })
    tell({ t: 'event', name: 'state', payload: state })
  }

  return {
    url: `http://127.0.0.1:${port}/`,
    calls,
    show,
    step: (counter) => {
      show({ ...state, counter })
    },
    notice: (failure) => {
      tell({ t: 'event', name: 'scanNotice', payload: { failure } })
    },
    ring: (call) => {
      tell({ t: 'event', name: 'staffCall', payload: call })
    },
    shell: (notice) => {
      tell({ t: 'shell', ...notice })
    },
    admit(open) {
      admitting = open
      if (!open) for (const socket of sockets) socket.terminate()
    },
    script(handlers) {
      scripted = handlers
    },
    async stop() {
      for (const socket of sockets) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
