/**
 * `npm run package -- deb`: Debian packages of the hub and of the kiosk (its browser shell), made by Debian's own
 * dpkg-deb from staged folders. The same sources and SOURCE_DATE_EPOCH give the same bytes.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { buildFolders, isNeeded, listFiles, stage, strangers } from './stage.ts'

/** Debian's name of what this machine's native modules are for. */
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** Packages that a bundle imports by name. */
export function importsOf(bundle: string): string[] {
  const found = [...bundle.matchAll(/(?:from|import) ?\(?"((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[\w./-]+)?"/g)]
  return [...new Set(found.map(([, name]) => name ?? ''))].sort()
}

/**
 * Folders of these packages and of all that they need, relative to `root`. A package is looked for as Node does: beside
 * the one that needs it, then further out.
 */
export function closureOf(root: string, names: readonly string[]): string[] {
  const found = new Set<string>()
  const open = names.map((name) => ({ name, from: '' }))
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    let at = one.from
    let folder = join(at, 'node_modules', one.name)
    while (!existsSync(join(root, folder, 'package.json')) && at !== '') {
      at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : ''
      folder = join(at, 'node_modules', one.name)
    }
    if (found.has(folder) || !existsSync(join(root, folder, 'package.json'))) continue
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = manifest(join(root, folder))
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
      open.push({ name, from: folder })
  }
  return [...found].sort()
}

/** The hub's program: its bundle, its console, and what the bundle imports. */
function stageHub(root: string, target: string): void {
  const bundle = join(root, 'out/hub/main.js')
  if (!existsSync(join(root, 'out/hub/console/index.html'))) throw new Error('the hub is not built: npm run build:hub')
  cpSync(join(root, 'out/hub'), join(target, 'out/hub'), { recursive: true })
  for (const folder of closureOf(root, importsOf(readFileSync(bundle, 'utf8'))))
    cpSync(join(root, folder), join(target, folder), {
      recursive: true,
      dereference: true,
      filter(source) {
        const path = relative(join(root, folder), source)
        if (path === '') return true
        if (path.split('/')[0] === 'node_modules') return false
        return statSync(source).isDirectory() ? !buildFolders.has(basename(path)) : isNeeded(path)
      },
    })
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name: 'lodge-hub', type: 'module' })}\n`)
  cpSync(join(root, 'resources/packaging/debian/hub-command.mjs'), join(target, 'command.mjs'))
}

interface Package {
  readonly name: string
  readonly user: string
  readonly config: string
  readonly data: string
  readonly description: string
  readonly more: string
  readonly depends: string
  readonly others: string
}

const packages = {
  hub: {
    name: 'lodge-hub',
    user: 'lodge-hub',
    config: 'etc/lodge-hub',
    data: 'var/lib/lodge-hub',
    description: 'Hub of Lodge, which hands new passwords to people in person',
    more: 'The central server: grants pickups to desks, keeps the ledger, serves the console.',
    depends: 'nodejs (>= 24), adduser',
    others: 'Suggests: postgresql, postgresql-client\n',
  },
  kiosk: {
    name: 'lodge-kiosk',
    user: 'lodge',
    config: 'etc/lodge',
    data: 'var/lib/lodge',
    description: 'Kiosk of Lodge, which hands new passwords to people in person',
    more: 'The computer at a service desk, in the browser shell with Chromium.',
    depends: 'nodejs (>= 24), chromium, cage, libusb-1.0-0, libudev1, adduser',
    others: '',
  },
} as const satisfies Record<string, Package>

const file = (path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
}

const unit = (root: string, name: string) => readFileSync(join(root, 'resources/systemd', name), 'utf8')

function hubFiles(root: string, tree: string): void {
  const program = 'usr/lib/lodge-hub'
  stageHub(root, join(tree, program))
  file(
    join(tree, 'usr/bin/lodge-hub'),
    '#!/bin/sh\nexec "${LODGE_NODE:-node}" "${LODGE_HUB_PROGRAM:-/usr/lib/lodge-hub}/command.mjs" "$@"\n',
    0o755,
  )
  file(
    join(tree, 'usr/lib/systemd/system/lodge-hub.service'),
    unit(root, 'lodge-hub.service')
      .replace('DynamicUser=yes\n', '')
      .replace('/etc/lodge/hub.env', '/etc/lodge-hub/hub.env')
      // Where there is no such credential, the key is made in the data folder.
      .replace('LoadCredentialEncrypted=lodge-master-key\n', 'ImportCredential=lodge-master-key\n')
      .replace('/usr/lib/lodge/out/hub', `/${program}/out/hub`),
  )
}

function kioskFiles(root: string, tree: string): void {
  const program = 'usr/lib/lodge-kiosk'
  const odd = strangers(stage(root, join(tree, program)))
  if (odd.length > 0) throw new Error(`these must not be packaged: ${odd.slice(0, 10).join(', ')}`)
  const command = `/usr/bin/node /${program}/out/main/browser.js --config /var/lib/lodge/kiosk.json`
  file(
    join(tree, 'usr/lib/systemd/system/lodge-kiosk.service'),
    unit(root, 'lodge-kiosk.service').replace(
      /^# Electron\. .*\nExecStart=.*$/m,
      `ExecStart=/usr/bin/cage -d -- ${command}`,
    ),
  )
  file(
    join(tree, 'usr/bin/lodge-kiosk'),
    `#!/bin/sh\nexec "\${LODGE_NODE:-node}" "\${LODGE_KIOSK_PROGRAM:-/${program}}/out/main/browser.js" "$@"\n`,
    0o755,
  )
  cpSync(join(root, 'resources/udev/60-lodge.rules'), join(tree, 'usr/lib/udev/rules.d/60-lodge.rules'))
  for (const name of ['lodge-kiosk-update.service', 'lodge-kiosk-update.timer'])
    cpSync(join(root, 'resources/packaging/debian', name), join(tree, 'usr/lib/systemd/system', name))
}

/** One time for all, and modes that no umask decides. */
function settle(tree: string, epoch: number): void {
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const runs = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0
    chmodSync(path, runs ? 0o755 : 0o644)
    lutimesSync(path, epoch, epoch)
  }
  chmodSync(tree, 0o755)
  lutimesSync(tree, epoch, epoch)
}

/** Makes one package in `to`; returns its path. `epoch`: seconds since 1970, the time of everything in it. */
export function makeDeb(which: keyof typeof packages, root: string, to: string, epoch: number): string {
  const { name, user, config, data, description, more, depends, others } = packages[which]
  const { version } = manifest(root)
  const tree = join(to, 'staged', name)
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(tree, { recursive: true })
  switch (which) {
    case 'hub':
      hubFiles(root, tree)
      break
    case 'kiosk':
      kioskFiles(root, tree)
      break
  }
  const groups = which === 'kiosk' ? 'g lodge-devices -\n' : ''
  file(join(tree, `usr/lib/sysusers.d/${name}.conf`), `${groups}u ${user} - "${name}" /${data}\n`)
  file(join(tree, `usr/share/doc/${name}/copyright`), readFileSync(join(root, 'LICENSE'), 'utf8'))
  const size = listFiles(tree).reduce((sum, path) => sum + statSync(join(tree, path)).size, 0)
  file(
    join(tree, 'DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: Lodge <lodge@localhost>\n` +
      `Section: admin\nPriority: optional\nInstalled-Size: ${Math.ceil(size / 1024)}\nDepends: ${depends}\n${others}` +
      `Description: ${description}\n ${more}\n`,
  )
  const script = (from: string) =>
    readFileSync(join(root, 'resources/packaging/debian', from), 'utf8')
      .replaceAll('@NAME@', name)
      .replaceAll('@USER@', user)
      .replaceAll('@CONFIG@', config)
      .replaceAll('@DATA@', data)
  file(join(tree, 'DEBIAN/postinst'), script('maintainer.sh'), 0o755)
  file(join(tree, 'DEBIAN/prerm'), script('removal.sh'), 0o755)
  settle(tree, epoch)
  const made = join(to, `${name}_${version}_${architecture}.deb`)
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, made], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  rmSync(tree, { recursive: true, force: true })
  return made
}
