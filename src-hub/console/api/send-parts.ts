/**
 * Sends a file in parts, in order. A part that did not arrive is tried again; one that did is not counted twice by the
 * hub.
 */
import { ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { CallHub } from './client.ts'

const tries = 3

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(text)
}

/** `onSent` hears how much has arrived, 0 to 1. Fails with what the last try of a part failed with. */
export async function sendParts(
  call: CallHub,
  id: string,
  file: File,
  partBytes: number,
  onSent: (share: number) => void,
): Promise<Result<null>> {
  const parts = Math.max(1, Math.ceil(file.size / partBytes))
  for (let part = 0; part < parts; part++) {
    const bytes = await base64(file.slice(part * partBytes, (part + 1) * partBytes))
    for (let tried = 1; ; tried++) {
      const sent = await call('importPart', { body: { id, part, bytes, last: part === parts - 1 } })
      if (sent.ok) break
      if (tried === tries || sent.failure.code !== failures.hubUnreachable) return sent
    }
    onSent((part + 1) / parts)
  }
  return ok(null)
}
