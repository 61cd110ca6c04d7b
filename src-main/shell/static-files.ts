/** The window's files, from one folder and never from outside it. */
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
}

export interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
}

/** null for anything that is not a known kind of file inside `root`, symbolic links resolved. */
export async function readStatic(root: string, pathname: string): Promise<StaticFile | null> {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null
  const type = types[extname(decoded === '/' ? '/index.html' : decoded)]
  if (type === undefined) return null
  try {
    const base = await realpath(resolve(root))
    const file = await realpath(join(base, decoded === '/' ? 'index.html' : decoded))
    if (!file.startsWith(base + sep)) return null
    return { type, bytes: await readFile(file) }
  } catch {
    // Not there, or not a file.
    return null
  }
}
