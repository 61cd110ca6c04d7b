/**
 * `npm run sign-release -- --key key.pem --version 1.2.0 --ring early FILE…`: writes `release.json` beside the first
 * file.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Release, type ReleaseFile } from '../../src-main/shell/update/manifest.ts'

const { values: flags, positionals: paths } = parseArgs({
  options: {
    key: { type: 'string' },
    version: { type: 'string' },
    ring: { type: 'string', default: 'first' },
    arch: { type: 'string', default: 'x64' },
  },
  allowPositionals: true,
})
const [first] = paths
if (flags.key === undefined || flags.version === undefined || first === undefined) {
  writeSync(2, 'usage: sign-release --key key.pem --version 1.2.0 [--ring first|early|all] [--arch x64|arm64] FILE…\n')
  process.exit(2)
}
const files = paths.map((path): ReleaseFile => {
  const bytes = readFileSync(path)
  return {
    platform: path.endsWith('.exe') ? 'win32' : 'linux',
    arch: flags.arch === 'arm64' ? 'arm64' : 'x64',
    path: basename(path),
    sha512: createHash('sha512').update(bytes).digest('hex'),
    size: bytes.length,
  }
})
const release = JSON.stringify(Release.parse({ lodge: 'release/1', version: flags.version, ring: flags.ring, files }))
const key = createPrivateKey(readFileSync(flags.key))
const target = join(dirname(first), 'release.json')
writeFileSync(
  target,
  `${JSON.stringify({ release, signature: sign(null, Buffer.from(release), key).toString('base64url') })}\n`,
)
const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url')
writeSync(1, `${target}\nkiosks pin this key: ${raw}\n`)
