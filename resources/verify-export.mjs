#!/usr/bin/env node
/**
 * Checks an export of a hub's ledger by itself: plain Node 20 or newer, no packages, no network.
 *
 *   node verify-export.mjs export.jsonl --key PUBLIC-KEY
 *
 * PUBLIC-KEY is the hub's export key as its auditor has noted it (`GET /v1/export-key`, 43 characters) or a file that
 * holds it. Without it the key in the file is used, and its fingerprint printed to be compared: the file then proves
 * only that it agrees with itself. Ends with 0 when everything holds, 1 when something does not (and says what and
 * where), 2 when it cannot be read.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'

const args = process.argv.slice(2)
const at = args.indexOf('--key')
const given = at === -1 ? null : args.splice(at, 2)[1]
const [file] = args
const quit = (code, text) => {
  process.stdout.write(`${text}\n`)
  process.exit(code)
}
if (file === undefined || (at !== -1 && given === undefined))
  quit(2, 'usage: node verify-export.mjs export.jsonl [--key PUBLIC-KEY]')
if (!existsSync(file)) quit(2, `there is no file ${file}`)

const publicKey = (text) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' })
const holds = (key, bytes, signature) =>
  typeof signature === 'string' && verify(null, bytes, key, Buffer.from(signature, 'base64url'))
const fingerprint = (text) =>
  createHash('sha256').update(Buffer.from(text, 'base64url')).digest('hex').match(/.{8}/g).join(' ')
const broken = (line, text) => quit(1, `BROKEN at line ${line}: ${text}`)

let known = null
if (given !== null) {
  const text = (existsSync(given) ? readFileSync(given, 'utf8') : given).trim()
  const keyOf = () => {
    try {
      return JSON.parse(text).key
    } catch {
      return null
    }
  }
  known = /^[A-Za-z0-9_-]{43}$/.test(text) ? text : keyOf()
  // A key that cannot be read compares nothing: that must not look like a comparison.
  if (typeof known !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(known)) quit(2, 'what --key names is no key of a hub')
}

const whole = createHash('sha256')
let number = 0
let head = null
let end = null
let kiosk = null
let kiosks = 0
/** Entries that a kiosk signed and its ledger has no place for. */
let beside = null
let besides = 0
let kept = 0
let entries = 0
let signatures = 0

/** The stretch of a kiosk ends here: its last entry must be there and signed. */
function closeKiosk() {
  if (kiosk === null) return
  if (kiosk.seq !== kiosk.signedTo) broken(number, `kiosk ${kiosk.id}: entry ${kiosk.seq + 1} is missing`)
  if (kiosk.signed !== kiosk.seq)
    broken(number, `kiosk ${kiosk.id}: no signature covers entries ${kiosk.signed + 1} to ${kiosk.seq}`)
  kiosk = null
}

/** Whatever is kept beside a ledger must be vouched for: signed itself, or followed by what is. */
function closeBeside() {
  if (beside === null) return
  if (beside.items.size !== beside.entries)
    broken(number, `kiosk ${beside.id}: not as many entries kept beside its ledger as there were`)
  const before = new Map([...beside.items.values()].map((item) => [item.hash, item]))
  for (const item of beside.items.values())
    if (item.signed) for (let at = item; at !== undefined && !at.vouched; at = before.get(at.prev)) at.vouched = true
  for (const item of beside.items.values())
    if (!item.vouched) broken(item.line, `kiosk ${beside.id}: nothing vouches for an entry kept beside its ledger`)
  beside = null
}

/** Lines end with LF alone: a text may hold other things that some take for an end of line. */
async function* lines() {
  let rest = ''
  for await (const part of createReadStream(file, 'utf8')) {
    const split = (rest + part).split('\n')
    rest = split.pop()
    yield* split
  }
  if (rest !== '') broken(number + 1, 'the last line was cut')
}

for await (const line of lines()) {
  number += 1
  if (end !== null) broken(number, 'there is something after the end')
  let item
  try {
    item = JSON.parse(line)
  } catch {
    broken(number, 'not JSON')
  }
  if (typeof item !== 'object' || item === null) broken(number, 'an unknown line')
  if (item.t !== 'end') whole.update(`${line}\n`)
  if ((head === null) !== (item.t === 'head')) broken(number, 'the file does not begin with its head')
  if (item.t === 'head') {
    if (!['lodge/export/1', 'lodge/export/2'].includes(item.format)) quit(2, `unknown format ${String(item.format)}`)
    if (known !== null && item.key !== known) broken(number, 'signed with another key than the hub’s')
    head = item
  } else if (item.t === 'kiosk') {
    closeKiosk()
    kiosks += 1
    if (!/^[0-9a-f]{64}$/.test(item.before) || (item.first === 1) !== (item.before === '0'.repeat(64)))
      broken(number, `kiosk ${item.kiosk}: a wrong beginning`)
    kiosk = {
      id: item.kiosk,
      key: publicKey(item.key),
      seq: item.first - 1,
      prev: item.before,
      signed: item.first - 1,
      signedTo: item.signedTo,
    }
  } else if (item.t === 'entry') {
    if (kiosk === null || item.kiosk !== kiosk.id) broken(number, 'an entry of another kiosk')
    const where = `kiosk ${kiosk.id}, entry ${kiosk.seq + 1}`
    if (item.seq !== kiosk.seq + 1) broken(number, `${where} is missing`)
    let entry
    try {
      entry = JSON.parse(item.bytes)
    } catch {
      broken(number, `${where} is not JSON`)
    }
    // What an entry says beyond its place in the chain is not looked at: a poison entry is proof as well.
    if (entry?.seq !== item.seq || entry.prev !== kiosk.prev) broken(number, `${where} does not follow the one before`)
    const hash = createHash('sha256').update(Buffer.from(kiosk.prev, 'hex')).update(item.bytes, 'utf8').digest()
    if (hash.toString('hex') !== item.hash) broken(number, `${where} has been changed`)
    if (item.signature !== null) {
      if (!holds(kiosk.key, hash, item.signature)) broken(number, `${where} has a wrong signature`)
      kiosk.signed = item.seq
      signatures += 1
    }
    kiosk.seq = item.seq
    kiosk.prev = item.hash
    entries += 1
  } else if (item.t === 'apart') {
    closeKiosk()
    closeBeside()
    besides += 1
    beside = { id: item.kiosk, key: publicKey(item.key), entries: item.entries, items: new Map() }
  } else if (item.t === 'kept') {
    if (beside === null || item.kiosk !== beside.id) broken(number, 'an entry of another kiosk')
    const hash = createHash('sha256').update(Buffer.from(item.prev, 'hex')).update(item.bytes, 'utf8').digest()
    if (hash.toString('hex') !== item.hash) broken(number, `kiosk ${beside.id}: an entry kept beside has been changed`)
    const signed = item.signature !== null
    if (signed && !holds(beside.key, hash, item.signature))
      broken(number, `kiosk ${beside.id}: an entry kept beside has a wrong signature`)
    beside.items.set(item.hash, { prev: item.prev, hash: item.hash, signed, vouched: false, line: number })
    if (signed) signatures += 1
    kept += 1
  } else if (item.t === 'end') {
    closeKiosk()
    closeBeside()
    const digest = whole.digest('hex')
    if (item.entries !== entries || kiosks !== head.kiosks || besides !== (head.apart ?? 0))
      broken(number, 'not as many entries or kiosks as there were')
    if (item.sha256 !== digest) broken(number, 'the file has been changed')
    if (!holds(publicKey(head.key), Buffer.from(`${head.format}\n${digest}\n`), item.signature))
      broken(number, 'the hub’s signature is wrong')
    end = item
  } else broken(number, 'an unknown line')
}
if (end === null) broken(number, 'the file has no end: it was cut')
const day = (ms) => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? 'a time that is none' : date.toISOString()
}
process.stdout.write(
  `INTACT: ${entries} entries of ${kiosks} kiosks, ${signatures} signatures of kiosks, received from ${day(head.from)} to ${day(head.to)}\n`,
)
if (kept > 0)
  process.stdout.write(
    `beside the ledgers: ${kept} entries of ${besides} kiosks, signed by them and contradicting or not joining their ledgers\n`,
  )
process.stdout.write(
  `made ${day(head.madeAt)} by ${head.by}; hub's export key ${fingerprint(head.key)}${known === null ? ' (NOT COMPARED: give --key)' : ''}\n`,
)
