/**
 * What to look for, in every form that a program may leave it in, and a search that reads hundreds of megabytes in a
 * second or two.
 */
import iconv from 'iconv-lite'

export interface Needle {
  /** What kind of value it is: `secret`, `card`, `mrz`, `birth-date`. */
  readonly kind: string
  readonly form: string
  readonly bytes: Buffer
}

/**
 * All forms of one text. Base64 in its three alignments, cut to the part that does not depend on what stands around it.
 */
export function formsOf(kind: string, text: string): Needle[] {
  const utf8 = Buffer.from(text, 'utf8')
  const found = new Map<string, Needle>()
  const add = (form: string, bytes: Buffer) => {
    const known = bytes.toString('latin1')
    if (bytes.length >= 4 && !found.has(known)) found.set(known, { kind, form, bytes })
  }
  add('utf-8', utf8)
  add('utf-16le', Buffer.from(text, 'utf16le'))
  add('utf-16be', Buffer.from(text, 'utf16le').swap16())
  add('utf-32le', iconv.encode(text, 'utf-32le', { addBOM: false }))
  for (const page of ['cp437', 'cp850', 'cp858', 'latin1', 'cp1252', 'latin9']) add(page, iconv.encode(text, page))
  add('reversed', Buffer.from([...text].reverse().join(''), 'utf8'))
  add('reversed bytes', Buffer.from(utf8).reverse())
  add('hex', Buffer.from(utf8.toString('hex')))
  add('HEX', Buffer.from(utf8.toString('hex').toUpperCase()))
  add('json', Buffer.from(JSON.stringify(text).slice(1, -1)))
  const escaped = (digits: (hex: string) => string) =>
    [...text]
      .map((letter) =>
        /[\x20-\x7e]/.test(letter) ? letter : `\\u${digits(letter.charCodeAt(0).toString(16).padStart(4, '0'))}`,
      )
      .join('')
  add('json \\u', Buffer.from(escaped((hex) => hex)))
  add('json \\U', Buffer.from(escaped((hex) => hex.toUpperCase())))
  add('url', Buffer.from(encodeURIComponent(text)))
  for (const shift of [0, 1, 2]) {
    const code = Buffer.concat([Buffer.alloc(shift), utf8])
      .toString('base64')
      .replace(/=+$/, '')
    const first = [0, 2, 3][shift] ?? 0
    const whole = code.slice(first, Math.floor(((shift + utf8.length) * 8) / 6))
    add(`base64+${shift}`, Buffer.from(whole))
    add(`base64url+${shift}`, Buffer.from(whole.replaceAll('+', '-').replaceAll('/', '_')))
  }
  return [...found.values()]
}

export interface Hit {
  readonly kind: string
  readonly form: string
}

/** Finds needles by their first four bytes, then by all of them. */
export function createSearch(needles: readonly Needle[]): (haystack: Buffer) => Hit[] {
  const pairs = new Uint8Array(65_536)
  const starts = new Map<number, Needle[]>()
  for (const needle of needles) {
    pairs[needle.bytes.readUInt16LE(0)] = 1
    const start = needle.bytes.readUInt32LE(0)
    starts.set(start, [...(starts.get(start) ?? []), needle])
  }
  return (haystack) => {
    const hits: Hit[] = []
    for (let i = 0; i + 4 <= haystack.length; i++) {
      const pair = (haystack[i] ?? 0) | ((haystack[i + 1] ?? 0) << 8)
      if (pairs[pair] === 0) continue
      for (const needle of starts.get(haystack.readUInt32LE(i)) ?? [])
        if (haystack.subarray(i, i + needle.bytes.length).equals(needle.bytes))
          hits.push({ kind: needle.kind, form: needle.form })
    }
    return hits
  }
}
