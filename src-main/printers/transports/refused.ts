/** The link could not be opened for a reason of this computer's own: it says nothing of whether the printer is on. */
export class LinkRefused extends Error {
  override name = 'LinkRefused'
}

const ours: ReadonlySet<string> = new Set([
  'EBUSY',
  'EACCES',
  'EPERM',
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
])

export function refusedOr(error: NodeJS.ErrnoException): Error {
  return ours.has(error.code ?? '') ? new LinkRefused(error.code) : error
}
