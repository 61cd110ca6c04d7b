/**
 * `npm start`: the hub, three desks and a check-in screen with their windows' shells, simulated readers and printers,
 * and the bench page.
 */
import { existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBrowserShell, findChromium, hasDisplay, openChromium, type BrowserShell } from '../browser/index.ts'
import { systemClock } from '../engine/index.ts'
import { startBench } from './bench-server.ts'
import { demoPassword, prepareConsole } from './console-accounts.ts'
import { createElectronHost, findElectron } from './electron-host.ts'
import { demoDesks, startWorld } from './world.ts'

const say = (line: string) => void writeSync(1, `${line}\n`)
const root = fileURLToPath(new URL('../../', import.meta.url))
const rendererDir = join(root, 'out/renderer')
if (!existsSync(join(rendererDir, 'index.html')))
  throw new Error('the window is not built: run npm start, or npm run build')
const base = process.env.LODGE_DEMO_DATA ?? join(root, '.lodge/demo')

say('lodge: starting the hub, three desks and a check-in screen (the first time takes some seconds)')
const runtime = hasDisplay() ? findElectron() : null
const main = join(root, 'out/main/electron.js')
const inElectron = runtime !== null && existsSync(main)
// A packaged kiosk keeps its sandbox; Chromium's cannot start as root, and a trial as root is nobody's kiosk.
const electronArgs = process.getuid?.() === 0 ? [main, '--no-sandbox'] : [main]
const world = await startWorld(base, say, {
  hosts:
    runtime !== null && inElectron
      ? {
          'porter-lakeside': (config, dataDir) =>
            createElectronHost({ command: runtime, args: electronArgs }, config, join(dataDir, 'electron')),
        }
      : {},
  keys: demoDesks,
  withEId: true,
})
say(
  inElectron
    ? 'lodge: the first desk runs in Electron'
    : 'lodge: desks run in the browser shell (no Electron runtime or no display here)',
)
const shells = new Map<string, BrowserShell>()
for (const desk of world.desks.values()) {
  const shell = createBrowserShell({
    supervisor: desk.supervisor,
    rendererDir,
    port: 0,
    monotonic: systemClock.monotonic,
  })
  await shell.start()
  shells.set(desk.key, shell)
}
const launchUrl = (key: string) => shells.get(key)?.launchUrl() ?? '/'
const bench = await startBench(
  world,
  launchUrl,
  Number(process.env.LODGE_BENCH_PORT ?? 7330),
  Number(process.env.LODGE_TOUR_PAUSE_MS ?? 1200),
)
say(`lodge: the bench is at ${bench.url}`)
const names = await prepareConsole(world.hub.administrator)
say(
  `lodge: the helpdesk’s console is at ${world.hub.url} (its certificate is the hub’s own: the browser asks once); sign in as ${names.join(' or ')}, ${demoPassword}`,
)
say('lodge: open it, then open a desk’s window from it; Ctrl-C stops everything')

const browser = hasDisplay() ? findChromium() : null
if (browser !== null) {
  openChromium(browser, bench.url, join(base, 'bench'), 'shared-counter')
  if (!inElectron)
    openChromium(browser, launchUrl('porter-lakeside'), join(base, 'kiosks/porter-lakeside'), 'shared-counter')
}

let stopping = false
function stop(): void {
  if (stopping) return
  stopping = true
  const all = async () => {
    await bench.stop()
    for (const shell of shells.values()) await shell.stop()
    await world.stop()
  }
  all().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
