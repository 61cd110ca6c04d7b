/**
 * Everything a printer may say, in one byte stream, in any order and cut anywhere: real-time status (one byte
 * `0xx1xx10`), automatic status back (four bytes, first `0xx1xx00`), process-id replies (`37 22 id id id id 00`),
 * the answer to a buffer clear (`37 25 00`) and to GS I (`5F text 00`). Told apart by their fixed bits (Epson,
 * "Transmission status identification").
 */
export type Reply =
  | { readonly kind: 'status'; readonly byte: number }
  | { readonly kind: 'asb'; readonly bytes: readonly [number, number, number, number] }
  | { readonly kind: 'process-id'; readonly id: string }
  | { readonly kind: 'cleared' }
  /** GS I 65-69: `5F`, text, `00`. */
  | { readonly kind: 'identity'; readonly text: string }
  /** A block we did not ask for. */
  | { readonly kind: 'other' }

const blockHeader = 0x37
const identityHeader = 0x5f
const processId = 0x22
const cleared = 0x25
const longestBlock = 80

export function isStatus(byte: number): boolean {
  return (byte & 0x93) === 0x12
}

function isAsbStart(byte: number): boolean {
  return (byte & 0x93) === 0x10
}

/** Later ASB bytes have bits 4 and 7 clear. */
function isAsbRest(byte: number): boolean {
  return (byte & 0x90) === 0
}

export interface ReplyParser {
  push(bytes: Uint8Array): Reply[]
}

export function createReplyParser(): ReplyParser {
  let block: number[] | null = null
  let asb: number[] | null = null

  return {
    push(bytes) {
      const replies: Reply[] = []
      for (const byte of bytes) {
        if (block !== null) {
          if (byte !== 0 && block.length <= longestBlock) {
            block.push(byte)
            continue
          }
          if (byte === 0) replies.push(readBlock(block))
          block = null
          continue
        }
        if (asb !== null) {
          if (isAsbRest(byte)) {
            asb.push(byte)
            if (asb.length === 4) {
              replies.push({ kind: 'asb', bytes: [asb[0] ?? 0, asb[1] ?? 0, asb[2] ?? 0, asb[3] ?? 0] })
              asb = null
            }
            continue
          }
          // A torn one: what follows is read afresh.
          asb = null
        }
        if (byte === blockHeader || byte === identityHeader) block = [byte]
        else if (isStatus(byte)) replies.push({ kind: 'status', byte })
        else if (isAsbStart(byte)) asb = [byte]
      }
      return replies
    },
  }
}

/** `block`: from its header on, without the zero that ended it. */
function readBlock([header, ...block]: readonly number[]): Reply {
  // A stray header byte before a whole reply only lengthens the block: the reply is its tail.
  const isReply = (header === blockHeader && block.length === 5) || (block.length >= 6 && block.at(-6) === blockHeader)
  if (isReply && block.at(-5) === processId)
    return { kind: 'process-id', id: Buffer.from(block.slice(-4)).toString('latin1') }
  if (header === blockHeader && block[0] === cleared && block.length === 1) return { kind: 'cleared' }
  if (header === identityHeader) return { kind: 'identity', text: Buffer.from(block).toString('latin1') }
  return { kind: 'other' }
}
