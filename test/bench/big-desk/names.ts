/** What is done to a big desk: each brings three figures of its name. */
export const actNames = [
  'key_confirmed',
  'written_off',
  'sent_elsewhere',
  'moved',
  'returned',
  'purged',
  'asked_again',
  'corrected',
  'reported',
] as const
export type ActName = (typeof actNames)[number]
