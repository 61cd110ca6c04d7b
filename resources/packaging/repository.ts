/**
 * A signed apt repository of a folder: one suite for each ring, so that a kiosk is given what its ring has. Made by
 * Debian's own apt-ftparchive and gpg.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export const rings = ['first', 'early', 'all'] as const
export type Ring = (typeof rings)[number]

type Gpg = (args: readonly string[], input?: string) => string

/** gpg with a home of its own; the key is there, or is made for trying. */
function signer(home: string): Gpg {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const gpg = (args: readonly string[], input = '') =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--yes', '--quiet', ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  if (gpg(['--list-secret-keys', '--with-colons']) === '')
    gpg(['--passphrase', '', '--quick-generate-key', 'Lodge packages', 'ed25519', 'sign', 'never'])
  return gpg
}

/**
 * Gives packages to a ring, which gives them to every ring before it as well (docs/fleet.md), in the repository in
 * `folder`. The secret key in the gpg home `home` signs. Beside the suites lie `lodge-archive.asc`, the public key, and
 * a `.sources` file for each ring. A ring keeps the packages that it had: apt takes the newest.
 */
export function publish(folder: string, ring: Ring, packages: readonly string[], home: string): void {
  const gpg = signer(home)
  for (const each of rings.slice(0, rings.indexOf(ring) + 1)) publishSuite(folder, each, packages, gpg)
  writeFileSync(join(folder, 'lodge-archive.asc'), gpg(['--armor', '--export']))
}

function publishSuite(folder: string, ring: Ring, packages: readonly string[], gpg: Gpg): void {
  const pool = join(folder, 'pool', ring)
  mkdirSync(pool, { recursive: true })
  for (const one of packages) copyFileSync(one, join(pool, basename(one)))
  const suite = join(folder, 'dists', ring)
  const architectures = ['amd64', 'arm64']
  for (const arch of architectures) {
    const binary = join(suite, 'main', `binary-${arch}`)
    mkdirSync(binary, { recursive: true })
    const list = execFileSync('apt-ftparchive', ['--arch', arch, 'packages', `pool/${ring}`], {
      cwd: folder,
      encoding: 'utf8',
    })
    writeFileSync(join(binary, 'Packages'), list)
  }
  const facts = {
    Origin: 'Lodge',
    Label: 'Lodge',
    Suite: ring,
    Codename: ring,
    Architectures: architectures.join(' '),
    Components: 'main',
  }
  const options = Object.entries(facts).flatMap(([name, value]) => ['-o', `APT::FTPArchive::Release::${name}=${value}`])
  const release = execFileSync('apt-ftparchive', [...options, 'release', `dists/${ring}`], {
    cwd: folder,
    encoding: 'utf8',
  })
  writeFileSync(join(suite, 'Release'), release)
  writeFileSync(join(suite, 'InRelease'), gpg(['--clearsign', '--output', '-'], release))
  writeFileSync(join(suite, 'Release.gpg'), gpg(['--armor', '--detach-sign', '--output', '-'], release))
  const sources = `Types: deb\nURIs: https://packages.example.org/lodge\nSuites: ${ring}\nComponents: main\nSigned-By: /etc/apt/keyrings/lodge-archive.asc\n`
  if (!existsSync(join(folder, `lodge-${ring}.sources`))) writeFileSync(join(folder, `lodge-${ring}.sources`), sources)
}
