/** Kinds of alarms that the hub raises. Each has its words in the console: what it is, and what to do. */
export const alarmKinds = [
  'dispute',
  'poison-entry',
  'ungrantable',
  'ledger-mismatch',
  'restored-disk',
  'unknown-pickup',
  'database-went-back',
  'foreign-entry',
  'e-id-without-proof',
  'misrouted',
  'opening-key-waits',
  'sent-away',
  'opening-key-shared',
  'sent-to-itself',
  'keys-not-vouched',
  'hub-clock',
  'sign-in-setting',
  'e-id-setting',
  'certificate',
  'people-source',
  'desk-not-ready',
  'quarantined',
  'evidence-refused',
  'write-off-held',
  'not-reissued',
  'secret-refused',
  'secret-not-disabled',
  'secret-not-enabled',
  'secret-source',
  'secret-overtaken',
  'secret-not-expired',
  'secret-not-prolonged',
] as const
export type AlarmKind = (typeof alarmKinds)[number]

/** Those that hold their pickup until somebody has looked: closing the last of them lets it go on. */
export const holdingAlarms = [
  'poison-entry',
  'ungrantable',
  'secret-refused',
  'write-off-held',
  'sent-to-itself',
] as const satisfies readonly AlarmKind[]

export const holdsPickup = (kind: string): boolean => holdingAlarms.some((each) => each === kind)
