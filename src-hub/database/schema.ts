/** The hub's tables as types, for Kysely. Times are ms since 1970 (bigint columns, read as numbers). */
import type { AlarmKind } from '../../src-shared/domain/alarm-kinds.ts'
import type { KioskKind } from '../../src-shared/domain/index.ts'
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely'

type Json<T> = ColumnType<T, string, string>
type Key = ColumnType<string | null, string | null | undefined, string | null>

export type SecretJobState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled' | 'moot'

export interface Tables {
  hub: { one: Generated<number>; incarnation: string; holding: Generated<boolean> }
  /** Every incarnation that this database has had. */
  incarnation: { id: string; begun_at: number }
  /** What each hub process's data folder has seen of this database: see src-hub/marks. */
  hub_mark: {
    hub: string
    n: number
    at: number
    system: string | null
    timeline: number | null
    lsn: string | null
  }
  organisation: {
    one: Generated<number>
    name: Json<unknown>
    change_address: string
    self_service_address: string
    time_zone: Generated<string>
  }
  policy: { one: Generated<number>; record: Json<unknown> }
  /** `key`: what a settings file calls it; null where it was made here. */
  unit: { id: string; name: Json<unknown>; address: string; hours: Json<unknown> | null; key: Key }
  desk: {
    id: string
    unit: string
    kind: string
    name: Json<unknown>
    slip_prefix: string
    head: Generated<number>
    hours: Json<unknown> | null
    key: Key
  }
  kiosk: {
    id: string
    desk: string
    state: string
    kind: ColumnType<KioskKind, KioskKind | undefined, never>
    sign_key: Buffer
    /** In force: what grants are sealed to. */
    opening_key: Buffer | null
    /** Asked for by the signing key alone: waits for a supervisor. */
    pending_key: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
    pending_since: ColumnType<number | null, number | null | undefined, number | null>
    /** How often other letters than its own were typed. */
    pending_tries: Generated<number>
    /** What a session said of who holds the key that waits (`OpeningHoldersText`). */
    pending_holders: Json<unknown> | null
    /** Of the newest statement of who holds the key in force; null: none was made. */
    holders_n: number | null
    acked: Generated<number>
    head_hash: string
    frozen: Generated<boolean>
    last_contact: number | null
    /** Highest generation counter this kiosk has shown: a lower one is an old disk. */
    generation: Generated<number>
    /** The incarnation in which it last reported. */
    reported: string | null
    /** Asked of a report that looks like an old disk's. */
    challenge: string | null
    /** How many entries of it are kept beside its ledger, and their bytes. */
    kept: Generated<number>
    kept_bytes: Generated<number>
    enrolled_at: number
    /** Which changes of the feed it takes (`feedChangesNow`), as it said with its last poll. */
    feed_changes: Generated<number>
    /** SHA-256 of the newest authority that it trusts, as it said with its last poll. */
    trusts: ColumnType<string | null, string | null | undefined, string | null>
  }
  /** Authorities after the data folder's own; the key is sealed under the master key. */
  hub_authority: {
    n: Generated<number>
    certificate: string
    cross_certificate: string
    sealed: Buffer
    fingerprint: string
    made_at: number
    in_force_at: number | null
  }
  /** People who were changed, and whose desks are yet to be told; written by the database itself. */
  correction: {
    id: Generated<number>
    recipient: string
    namesakes: Generated<boolean>
    birth: Buffer | null
    looked: number | null
    made: Generated<number>
  }
  /** Where each of the hub's key files lay when it last started; `check_value` of the master key alone. */
  key_file: { name: string; path: string; host: string; check_value: Buffer | null; noted_at: number }
  refused_opening_key: { kiosk: string; key: Buffer; at: number; by: string }
  opening_holder: { kiosk: string; staff: string; key: Buffer; since: number; gone_at: number | null; first: boolean }
  opening_holder_word: { kiosk: string; key: Buffer; by_staff: string; by_key: Buffer }
  given_up: { kiosk: string; seq: number; pickup: string; at: number }
  kiosk_status: { kiosk: string; light: string; since: number; at: number; record: Json<unknown> }
  enrolment_code: {
    token_hash: Buffer
    desk: string
    kind: ColumnType<KioskKind, KioskKind | undefined, never>
    expires_at: number
    used_by: string | null
    nonce: string | null
    reply: string | null
  }
  nonce: { kiosk: string; nonce: string; at: number }
  staff: { id: string; name: string; role: string; key: Key }
  staff_desk: { staff: string; desk: string }
  badge: { staff: string; sealed: Buffer; blind: Buffer }
  recipient: {
    id: string
    class: string
    family: string
    given: string
    former_names: Json<unknown>
    language: string
    birth_date: Buffer | null
    sponsor: string | null
    /** Blind index of the birth date, filled in by the hub where it is missing. */
    birth_blind: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
    /** Blind index of the identity code, where the institution has one on record; the code itself is not kept. */
    identity_blind: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
    /** Postal, sealed. */
    address: Generated<Buffer | null>
  }
  account: { account: string; recipient: string; valid_until: string | null }
  card: { recipient: string; sealed: Buffer; blind: Buffer }
  people_source: {
    id: string
    name: string
    enabled: boolean
    every_minutes: number | null
    brake_percent: number
    settings: Json<unknown>
    sealed: Buffer | null
    created_at: number
    created_by: string
    removed_at: ColumnType<number | null, number | null | undefined, number | null>
    removed_by: ColumnType<string | null, string | null | undefined, string | null>
    mark: ColumnType<string | null, string | null | undefined, string | null>
    full_at: ColumnType<number | null, number | null | undefined, number | null>
    next_at: ColumnType<number | null, number | null | undefined, number | null>
  }
  people_run: {
    id: string
    source: string
    kind: string
    reading: string
    state: string
    started_at: number
    ended_at: ColumnType<number | null, number | null | undefined, number | null>
    by: string
    confirmed_by: ColumnType<string | null, string | null | undefined, string | null>
    read: Generated<number>
    unchanged: Generated<number>
    adds: Generated<number>
    changes: Generated<number>
    ends: Generated<number>
    refused: Generated<number>
    applied: Generated<number>
    problem: ColumnType<unknown, string | null | undefined, string | null>
    mark: ColumnType<string | null, string | null | undefined, string | null>
    lease: ColumnType<string | null, string | null | undefined, string | null>
    lease_until: ColumnType<number | null, number | null | undefined, number | null>
  }
  people_run_row: {
    run: string
    n: number
    what: string
    place: string
    key: string
    account: string
    recipient: string | null
    fields: Json<unknown>
    sealed: Buffer | null
    state: string
    problem: string | null
    params: ColumnType<unknown, string | null | undefined, string | null>
  }
  people_link: {
    source: string
    key: string
    account: string
    recipient: string
    made_at: number
    changed_at: number
    external_id: ColumnType<string | null, string | null | undefined, string | null>
    gone_at: ColumnType<number | null, number | null | undefined, number | null>
    before: ColumnType<string | null, string | null | undefined, string | null>
  }
  pickup: {
    id: string
    account: string
    recipient: string
    desk: string | null
    channel: string
    request_reference: string | null
    secret_kind: string
    state: string
    epoch_n: Generated<number>
    pickup_code: Buffer
    issued_at: number
    expires_at: number
    /** Days for which the secret is good beyond `expires_at`, as the policy said at its issue. */
    secret_days: Generated<number>
    /** What was done about the end of its secret: 0 nothing, 1 people are told that it nears, 2 it is over. */
    secret_ends: Generated<number>
    moving_to: string | null
    held: Generated<boolean>
    ending: ColumnType<
      'revoked' | 'returned' | 'superseded',
      'revoked' | 'returned' | 'superseded' | undefined,
      'revoked' | 'returned' | 'superseded'
    >
    replaced_by: string | null
    /** The walk-in that it was issued for. */
    walk_in: ColumnType<string | null, string | null | undefined, string | null>
  }
  grant: { pickup: string; incarnation: string; n: number; kiosk: string; state: string; at: number; record: string }
  letter: { pickup: string; tracking: string; at: number; ended: string | null; ended_at: number | null }
  delivery_request: {
    id: string
    kiosk: string
    desk: string
    /** Whose it is, without saying who: the card's keyed tag, or the account. */
    subject: string
    account: string | null
    recipient: string | null
    filed_at: number
    received_at: number
    by_staff: string | null
    state: Generated<string>
    reason: string | null
    reference: string | null
    pickup: string | null
    decided_at: number | null
    decided_by: string | null
  }
  request_number: { year: number; n: number }
  feed: { desk: string; seq: number; body: string }
  ledger_entry: {
    kiosk: string
    seq: number
    kind: string
    pickup: string | null
    time: number
    bytes: string
    hash: string
    signature: string | null
    received_at: number
    poison: boolean
  }
  /** Entries that their kiosk has signed and its ledger has no place for, exactly as they came. */
  quarantine: {
    id: Generated<number>
    kiosk: string
    seq: number
    kind: string
    pickup: string | null
    time: number
    /** Hash of the entry it says it follows, and its own. */
    prev: string
    hash: string
    bytes: Buffer
    signature: string | null
    /** Hash of the signed entry whose signature covers it. */
    vouched_by: string
    reason: 'frozen' | 'apart'
    received_at: number
  }
  handover: {
    pickup: string
    kiosk: string
    seq: number
    slip: string
    at: number
    /** The entry's row there, where it was kept beside the ledger. */
    quarantine: number | null
  }
  dispute: {
    id: Generated<number>
    pickup: string
    kiosk: string
    seq: number
    quarantine: number | null
    at: number
    closed_at: number | null
    closed_by: string | null
  }
  alarm: {
    id: Generated<number>
    kind: AlarmKind
    kiosk: string | null
    pickup: string | null
    detail: string
    at: number
    closed_at: number | null
    closed_by: string | null
  }
  /** Work on many pickups of a desk, done batch by batch (`desk-work/`). */
  desk_work: {
    id: Generated<number>
    kind: 'grant' | 'replace'
    /** What waits for a desk: the desk. Replacements: the written-off kiosk. */
    subject: string
    desk: string
    actor: string
    wanted: Generated<number>
    place_at: number | null
    place_id: string | null
    total: number
    done: Generated<number>
    reissued: Generated<number>
    held: Generated<number>
    created_at: number
    /** When it was last worked on. */
    turn: number
    ended_at: number | null
    lease: string | null
    lease_until: number | null
  }
  secret_job: {
    id: Generated<number>
    account: string
    pickup: string
    kind: 'set' | 'disable' | 'enable' | 'prolong' | 'warn' | 'expire'
    forced: Generated<boolean>
    state: ColumnType<SecretJobState, SecretJobState | undefined, SecretJobState>
    attempts: Generated<number>
    not_before: number
    lease: string | null
    lease_until: number | null
    asked: Generated<boolean>
    /** Of a set: what the source says of when the password was changed, to know later whether it still is this one. */
    stamp: ColumnType<string | null, string | null | undefined, string | null>
    /** A word for people: what the directory answered last. */
    outcome: string | null
    created_at: number
    ended_at: number | null
  }
  api_token: {
    id: string
    name: string
    role: string
    hash: Buffer
    created_at: number
    created_by: string
    expires_at: number
    revoked_at: number | null
    revoked_by: string | null
    last_used_at: number | null
  }
  import: {
    id: string
    name: string
    state: string
    created_at: number
    created_by: string
    role: string
    supersede: boolean
    bytes: Generated<number>
    parts: Generated<number>
    rows: Generated<number>
    ready: Generated<number>
    refused: Generated<number>
    done: Generated<number>
    problem: Json<unknown> | null
    lease: string | null
    lease_until: number | null
    ended_at: number | null
  }
  import_part: { import: string; part: number; sealed: Buffer }
  import_row: {
    import: string
    line: number
    account: string
    pickup: Json<unknown> | null
    person: Buffer | null
    state: string
    problem: string | null
    params: Json<unknown> | null
    issued: string | null
  }
  webhook_target: {
    id: string
    url: string
    sealed: Buffer
    events: Json<unknown>
    created_at: number
    created_by: string
    removed_at: number | null
    removed_by: string | null
  }
  webhook_event: {
    id: Generated<number>
    kind: string
    pickup: string | null
    desk: string | null
    /** A test goes to one target only. */
    target: string | null
    at: number
    fanned: Generated<boolean>
  }
  webhook_delivery: {
    event: number
    target: string
    state: ColumnType<
      'pending' | 'delivered' | 'dead',
      'pending' | 'delivered' | 'dead' | undefined,
      'pending' | 'delivered' | 'dead'
    >
    attempts: Generated<number>
    not_before: number
    lease_until: number | null
    status: number | null
    error: string | null
    ended_at: number | null
  }
  console_account: {
    username: string
    name: string
    role: string
    by: 'local' | 'oidc'
    /** PHC text of Argon2id; null until an invitation is accepted, and for OIDC accounts. */
    password: string | null
    /** `issuer|sub` of an OIDC account. */
    subject: string | null
    disabled: Generated<boolean>
    created_at: number
    last_sign_in: number | null
  }
  console_session: {
    id_hash: Buffer
    id: string
    username: string
    started_at: number
    seen_at: number
    ends_at: number
    browser: string
  }
  one_time_link: { token_hash: Buffer; username: string | null; expires_at: number }
  sign_in_try: { username: string; tries: number; locked_until: number; at: number }
  oidc_attempt: { state_hash: Buffer; verifier: string; nonce: string; expires_at: number }
  setting: { key: string; value: Json<unknown> }
  policy_version: { version: number; record: Json<unknown>; at: number; by: string; note: string }
  desk_light: { desk: string; amber_since: number | null; alarmed: Generated<boolean> }
  walk_in: {
    id: string
    kiosk: string
    /** Of the ledger entry that it was issued against; null where it was abandoned first. */
    seq: number | null
    staff: string | null
    proof: string | null
    method: string | null
    pickup: string | null
    state: 'issued' | 'abandoned'
    at: number
  }
  e_id: {
    id: string
    pickup: string
    kiosk: string
    staff: string
    state: 'waiting' | 'opened' | 'exchanging' | 'proved' | 'failed' | 'spent'
    code: string | null
    /** SHA-256 of the one-time word in the phone's address. */
    word_hash: Buffer
    /** SHA-256 of `state`, and of the cookie of the browser that opened the address. */
    state_hash: Buffer | null
    browser_hash: Buffer | null
    nonce: string | null
    /** PKCE verifier, sealed under the hub's key. */
    verifier: Buffer | null
    created_at: number
    expires_at: number
    opened_at: number | null
    ended_at: number | null
    acr: string | null
  }
  audit: {
    id: Generated<number>
    at: number
    actor: string
    act: string
    pickup: string | null
    desk: string | null
    detail: Json<unknown>
  }
}

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>
