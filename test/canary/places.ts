/** The places where a leak could lie, each as something to search. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import type { Hit } from './needles.ts'

type Search = (haystack: Buffer) => Hit[]

/** Every byte of every file in a folder and below. */
export function searchFolder(search: Search, folder: string): { hits: (Hit & { where: string })[]; bytes: number } {
  const hits: (Hit & { where: string })[] = []
  let bytes = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    let content: Buffer
    try {
      if (statSync(file).size > 256 * 1024 * 1024) continue
      content = readFileSync(file)
    } catch {
      // Gone since it was listed: a write-ahead log that was recycled, a temporary file.
      continue
    }
    bytes += content.length
    hits.push(...search(content).map((hit) => ({ ...hit, where: file })))
  }
  return { hits, bytes }
}

const pageSize = 4096

/** Runs of pages that are in memory or in swap, by /proc/PID/pagemap (bits 63 and 62): the rest was never written. */
function residentRuns(pagemap: number, start: number, end: number): { from: number; to: number }[] {
  const entries = Buffer.alloc(((end - start) / pageSize) * 8)
  let got: number
  try {
    got = readSync(pagemap, entries, 0, entries.length, (start / pageSize) * 8)
  } catch {
    return [{ from: start, to: end }]
  }
  const runs: { from: number; to: number }[] = []
  for (let i = 0; i * 8 < got; i++) {
    if (((entries[i * 8 + 7] ?? 0) & 0xc0) === 0) continue
    const from = start + i * pageSize
    const last = runs.at(-1)
    if (last?.to === from) last.to = from + pageSize
    else runs.push({ from, to: from + pageSize })
  }
  return runs
}

/** Writable memory of a process, by /proc/PID/mem (proc(5)). null where this system does not let its parent read it. */
export function searchMemory(search: Search, pid: number): { hits: Hit[]; bytes: number } | null {
  let memory: number
  let pagemap: number
  let maps: string
  try {
    maps = readFileSync(`/proc/${pid}/maps`, 'utf8')
    pagemap = openSync(`/proc/${pid}/pagemap`, 'r')
    memory = openSync(`/proc/${pid}/mem`, 'r')
  } catch {
    return null
  }
  const hits: Hit[] = []
  let bytes = 0
  const chunk = Buffer.alloc(8 * 1024 * 1024)
  const overlap = 512
  for (const line of maps.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
    if (match === null || line.includes('[vvar')) continue
    for (const { from, to } of residentRuns(
      pagemap,
      Number.parseInt(match[1] ?? '0', 16),
      Number.parseInt(match[2] ?? '0', 16),
    )) {
      for (let at = from; at < to; at += chunk.length - overlap) {
        let got: number
        try {
          got = readSync(memory, chunk, 0, Math.min(chunk.length, to - at), at)
        } catch {
          // Gone since.
          break
        }
        bytes += got
        hits.push(...search(chunk.subarray(0, got)))
      }
    }
  }
  closeSync(memory)
  closeSync(pagemap)
  return { hits, bytes }
}

/**
 * A hub in front of the hub, under its own authority: everything between kiosk and hub passes through it in the clear.
 */
export async function startTap(
  target: { url: string; authority: string },
  identity: { key: string; certificate: string },
) {
  const seen: Buffer[] = []
  const dispatcher = new Agent({ connect: { ca: target.authority } })
  const server: Server = createServer({ key: identity.key, cert: identity.certificate }, (incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const body = Buffer.concat(parts)
      seen.push(
        Buffer.from(`${incoming.method ?? ''} ${incoming.url ?? ''}\n${JSON.stringify(incoming.headers)}\n`),
        body,
      )
      const {
        host: _host,
        connection: _connection,
        'content-length': _length,
        'transfer-encoding': _encoding,
        'accept-encoding': _accept,
        ...headers
      } = incoming.headers
      request(new URL(incoming.url ?? '/', target.url), {
        method: (incoming.method ?? 'GET') as 'GET',
        headers: headers as Record<string, string>,
        body: body.length === 0 ? null : body,
        dispatcher,
      })
        .then(async (reply) => {
          const bytes = Buffer.from(await reply.body.arrayBuffer())
          seen.push(Buffer.from(JSON.stringify(reply.headers)), bytes)
          const { 'content-length': _sent, 'transfer-encoding': _chunked, connection: _kept, ...passed } = reply.headers
          outgoing.writeHead(reply.statusCode, passed as Record<string, string>)
          outgoing.end(bytes)
        })
        .catch(() => outgoing.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      // The hint stays open for ever: closing would wait for it.
      await dispatcher.destroy()
    },
  }
}
