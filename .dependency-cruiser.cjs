const { readdirSync } = require('node:fs')
const { join } = require('node:path')

/**
 * Dependencies point one way: shell -> engine -> counter -> desk -> (release, sync, staff)
 * -> (pickups, identity, ledger, slip, readers, printers, vault) -> storage -> src-shared.
 */
const rooms = {
  storage: 0,
  vault: 1,
  pickups: 1,
  identity: 1,
  ledger: 1,
  slip: 1,
  readers: 1,
  printers: 1,
  release: 2,
  sync: 2,
  staff: 2,
  desk: 3,
  counter: 4,
  engine: 5,
  shell: 6,
  browser: 7,
  electron: 7,
  demo: 8,
}
const forbidden = [
  { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'shared-knows-nobody',
    severity: 'error',
    from: { path: '^src-shared/' },
    to: { path: '^(src-main|src-hub|src-renderer|test)/' },
  },
  {
    name: 'hub-knows-only-shared',
    severity: 'error',
    from: { path: '^src-hub/', pathNot: '^src-hub/console/' },
    to: { path: '^(src-main|src-renderer|src-hub/console|test)/' },
  },
  {
    // The console shares the window's look and nothing of its working: tokens, icons, the QR and how times are written.
    name: 'console-shares-the-look-alone',
    severity: 'error',
    from: { path: '^src-hub/console/' },
    to: {
      path: '^(src-main|src-renderer|src-hub/(?!console/)|src-shared/(protocol|outgoing)|test)/',
      pathNot:
        '^src-renderer/(zod-without-eval\\.ts|components/((base|fonts|tokens)\\.css|icons\\.ts|SvgQr\\.vue)|wording/(times|qr-path)\\.ts)$',
    },
  },
  {
    name: 'kiosk-does-not-import-the-hub',
    severity: 'error',
    from: { path: '^src-main/' },
    to: { path: '^(src-hub|src-renderer|test)/' },
  },
  {
    name: 'renderer-knows-only-contracts',
    severity: 'error',
    from: { path: '^src-renderer/' },
    to: { path: '^(src-main|src-hub|test|src-shared/(protocol|outgoing))/' },
  },
  {
    name: 'only-electron-imports-electron',
    severity: 'error',
    from: { path: '^src-', pathNot: '^src-main/electron/' },
    to: { path: '^(electron|node_modules/electron/)' },
  },
]
for (const [room, level] of Object.entries(rooms)) {
  const above = Object.entries(rooms)
    .filter(([other, l]) => other !== room && l > level)
    .map(([other]) => other)
  if (above.length > 0) {
    forbidden.push({
      name: `one-way-from-${room}`,
      severity: 'error',
      from: { path: `^src-main/${room}/` },
      to: { path: `^src-main/(${above.join('|')})/` },
    })
  }
}
// A room is entered by its door. An entry of a process of its own is one as well.
for (const room of Object.keys(rooms)) {
  forbidden.push({
    name: `by-the-door-of-${room}`,
    severity: 'error',
    from: { path: '^src-', pathNot: `^src-main/${room}/` },
    to: { path: `^src-main/${room}/`, pathNot: `^src-main/${room}/.*index\\.ts$` },
  })
}
// The hub's rooms likewise; `hub.ts`, `main.ts` and `jobs.ts` stand above them all.
for (const room of readdirSync(join(__dirname, 'src-hub'), { withFileTypes: true })) {
  // `cli` holds entries of processes of their own; the console is a page.
  if (!room.isDirectory() || room.name === 'console' || room.name === 'cli') continue
  forbidden.push({
    name: `by-the-door-of-hub-${room.name}`,
    severity: 'error',
    from: { path: '^src-', pathNot: `^src-hub/${room.name}/` },
    to: { path: `^src-hub/${room.name}/`, pathNot: `^src-hub/${room.name}/index\\.ts$` },
  })
}
module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}
