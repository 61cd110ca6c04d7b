/** Serves the bench page on loopback: its state by server-sent events, its acts by POST from its own origin only. */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { TimelineEvent } from '../../src-shared/hub-api/index.ts'
import { slipPng, type TraySlip } from '../printers/simulated/index.ts'
import { simulatedScanner } from '../readers/index.ts'
import { Refused } from './acts.ts'
import { passportOf } from './institution.ts'
import { runTour, tourNames, type TourPorts } from './tours.ts'
import { screensOf, demoDesks, type World, type WorldDesk } from './world.ts'

const desk = z.enum(demoDesks)
const Act = z.discriminatedUnion('act', [
  z.object({ act: z.literal('tour'), name: z.enum(tourNames) }),
  z.object({ act: z.literal('tap'), desk, text: z.string().max(64) }),
  z.object({ act: z.literal('passport'), desk, person: z.string(), expired: z.boolean() }),
  z.object({ act: z.literal('take'), desk }),
  z.object({ act: z.literal('kill'), desk }),
  z.object({ act: z.literal('paper'), desk, state: z.enum(['ok', 'near-end', 'out']) }),
  z.object({ act: z.literal('cover'), desk, open: z.boolean() }),
  z.object({ act: z.literal('power'), desk, on: z.boolean() }),
  z.object({ act: z.literal('cable'), desk, plugged: z.boolean() }),
  z.object({ act: z.literal('reader'), desk, plugged: z.boolean() }),
])
type Act = z.infer<typeof Act>

export interface BenchServer {
  readonly url: string
  stop(): Promise<void>
}

const files: Readonly<Record<string, string>> = {
  '/': 'text/html; charset=utf-8',
  '/bench.js': 'text/javascript; charset=utf-8',
  '/bench.css': 'text/css; charset=utf-8',
}
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** What the page shows, and who looks at it. */
interface Bench {
  readonly world: World
  readonly launchUrl: (key: string) => string
  readonly ports: TourPorts
  readonly watchers: Set<ServerResponse>
  readonly log: { text: string; bad: boolean }[]
  timeline: readonly TimelineEvent[]
  touring: boolean
  readonly ids: WeakMap<TraySlip, number>
  readonly slips: Map<number, TraySlip>
  nextSlip: number
  /** People whom no pickup waits for: the helpdesk issues for them on the spot. */
  readonly walkIns: World['institution']['recipients']
  drawing: boolean
  /** Something has changed since the drawing under way began. */
  again: boolean
  port: number
}

export async function startBench(
  world: World,
  launchUrl: (key: string) => string,
  wantedPort: number,
  pauseMs: number,
): Promise<BenchServer> {
  const ports: TourPorts = {
    world,
    last: null,
    say(text) {
      bench.log.push({ text, bad: false })
      redraw(bench)
    },
    pause: () => (pauseMs === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, pauseMs))),
    showTimeline(events) {
      bench.timeline = events
      redraw(bench)
    },
  }

  const bench: Bench = {
    world,
    launchUrl,
    ports,
    watchers: new Set(),
    log: [],
    timeline: [],
    touring: false,
    ids: new WeakMap(),
    slips: new Map(),
    nextSlip: 1,
    walkIns: world.institution.recipients.filter(
      (person) => !world.institution.pickups.some((pickup) => pickup.account === person.account),
    ),
    drawing: false,
    again: false,
    port: wantedPort,
  }

  const server = createServer((request, response) => {
    serve(bench, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wantedPort, '127.0.0.1', resolve)
  })
  const address = server.address()
  bench.port = typeof address === 'object' && address !== null ? address.port : wantedPort
  const off = [...world.desks.values()].flatMap((at) => [
    at.printer.onChange(() => redraw(bench)),
    at.client.on('state', () => redraw(bench)),
    at.supervisor.onFrame((frame) => frame.t === 'shell' && redraw(bench)),
  ])
  return {
    url: `http://127.0.0.1:${bench.port}/`,
    async stop() {
      for (const stop of off) stop()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function picture(bench: Bench, slip: TraySlip): string {
  let id = bench.ids.get(slip)
  if (id === undefined) {
    id = bench.nextSlip++
    bench.ids.set(slip, id)
    bench.slips.set(id, slip)
  }
  return `/slip/${id}.png`
}

async function describe(bench: Bench): Promise<unknown> {
  const desks = await Promise.all([...bench.world.desks.values()].map((at) => describeDesk(bench, at)))
  const { log, timeline, touring } = bench
  return { desks, log, timeline, touring }
}

function redraw(bench: Bench): void {
  if (bench.drawing) {
    bench.again = true
    return
  }
  bench.drawing = true
  describe(bench).then(
    (state) => {
      for (const watcher of bench.watchers) watcher.write(`data: ${JSON.stringify(state)}\n\n`)
      bench.drawing = false
      if (bench.again) {
        bench.again = false
        redraw(bench)
      }
    },
    () => {
      bench.drawing = false
    },
  )
}

async function perform(bench: Bench, act: Act): Promise<void> {
  if (act.act === 'tour') {
    await tour(bench, act.name)
    return
  }
  const at = bench.world.desks.get(act.desk)
  if (at === undefined) return
  switch (act.act) {
    case 'tap':
      at.reader.tap(act.text)
      break
    case 'passport': {
      const person = bench.world.institution.recipients.find((candidate) => candidate.key === act.person)
      if (person !== undefined) at.reader.scanDocument(passportOf(person, { expired: act.expired }))
      break
    }
    case 'take':
      at.printer.takeSlips()
      break
    case 'kill': {
      const pid = at.supervisor.pid()
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      break
    }
    case 'paper':
      at.printer.setPaper(act.state)
      break
    case 'cover':
      at.printer.setCover(act.open)
      break
    case 'power':
      await at.printer.setPower(act.on)
      break
    case 'cable':
      if (act.plugged) at.cable.plug()
      else at.cable.pull()
      break
    case 'reader':
      if (act.plugged) at.reader.plug(simulatedScanner)
      else at.reader.unplug(simulatedScanner.path)
      break
  }
  redraw(bench)
}

async function serve(bench: Bench, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers.host !== `127.0.0.1:${bench.port}`) {
    response.writeHead(403, headers).end()
    return
  }
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${bench.port}`)
  if (request.method === 'POST' && url.pathname === '/act') {
    if (request.headers.origin !== `http://127.0.0.1:${bench.port}`) {
      response.writeHead(403, headers).end()
      return
    }
    let body = ''
    for await (const chunk of request) body = (body + String(chunk)).slice(0, 10_000)
    let json: unknown = null
    try {
      json = JSON.parse(body)
    } catch {
      // Falls to the refusal below.
    }
    const act = Act.safeParse(json)
    response.writeHead(act.success ? 202 : 400, headers).end()
    if (act.success) await perform(bench, act.data)
    return
  }
  if (url.pathname === '/events') {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
    bench.watchers.add(response)
    response.on('close', () => bench.watchers.delete(response))
    redraw(bench)
    return
  }
  if (url.pathname === '/open') {
    const key = url.searchParams.get('desk') ?? ''
    if (demoDesks.some((known) => known === key))
      response.writeHead(303, { ...headers, location: bench.launchUrl(key) }).end()
    else response.writeHead(404, headers).end()
    return
  }
  const slip = bench.slips.get(Number(/^\/slip\/(\d+)\.png$/.exec(url.pathname)?.[1] ?? 0))
  if (slip !== undefined) {
    response.writeHead(200, { ...headers, 'content-type': 'image/png' }).end(await slipPng(slip.strip))
    return
  }
  const type = files[url.pathname]
  if (url.pathname === '/favicon.ico') {
    response.writeHead(204, headers).end()
    return
  }
  if (type === undefined) {
    response.writeHead(404, headers).end()
    return
  }
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1)
  response
    .writeHead(200, { ...headers, 'content-type': type })
    .end(await readFile(fileURLToPath(new URL(`./bench/${name}`, import.meta.url))))
}

/** One desk as the page shows it. */
async function describeDesk(bench: Bench, at: WorldDesk): Promise<unknown> {
  const state = await at.client.state({})
  const printer = at.printer.state()
  const screenOf = screensOf[at.key]
  const here = bench.world.institution.pickups
    .filter((pickup) => pickup.desk === (screenOf ?? at.key))
    .map((pickup) => pickup.account)
  return {
    key: at.key,
    title: at.title,
    serves: screenOf === undefined,
    state: state.ok
      ? screenOf !== undefined
        ? `${state.value.network.state}, ${state.value.unsent.count} unsent`
        : `${state.value.network.state}, printer ${state.value.printer.state}, ${state.value.unsent.count} unsent, ${state.value.staff?.name ?? 'nobody signed in'}`
      : 'the engine is restarting',
    // What the desk's QR code says: the person's phone, for whoever has none at hand.
    phone: state.ok && state.value.counter.step === 'verify' ? (state.value.counter.eId?.address ?? null) : null,
    paper: printer.paper,
    coverOpen: printer.coverOpen,
    on: printer.on,
    cable: at.cable.isPlugged(),
    reader: at.reader.isPlugged(simulatedScanner.path),
    staff:
      screenOf !== undefined
        ? []
        : [
            { ...at.porter, role: at.key === 'helpdesk-lakeside' ? 'counter' : 'porter' },
            { ...at.chief, role: 'supervisor' },
          ],
    visitors: bench.world.institution.recipients
      .filter((person) => here.includes(person.account))
      .slice(0, 8)
      .concat(at.key === 'helpdesk-lakeside' ? bench.walkIns : [])
      .map((person) => ({
        key: person.key,
        name: `${person.given} ${person.family}`,
        note: `${person.class}, born ${person.birthDate ?? '(not on record)'}`,
        card: person.cards[0],
      })),
    slips: at.printer
      .slips()
      .slice(-3)
      .map((slip) => ({ picture: picture(bench, slip), cut: slip.cut })),
  }
}

async function tour(bench: Bench, name: (typeof tourNames)[number]): Promise<void> {
  if (bench.touring) return
  bench.touring = true
  bench.log.length = 0
  bench.timeline = []
  redraw(bench)
  try {
    await runTour(name, bench.ports)
  } catch (error) {
    bench.log.push({
      text:
        error instanceof Refused ? `Stopped: ${error.code}` : 'Stopped: the desk did not come to the expected step.',
      bad: true,
    })
  } finally {
    bench.touring = false
    redraw(bench)
  }
}
