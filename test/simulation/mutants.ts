/** One change of one file; `from` must stand exactly once in it. */
export interface Patch {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** The guards, and how each is removed. */
export interface Mutant extends Patch {
  readonly guard: string
  /** What else has to change for the guard to be gone. */
  readonly also?: readonly Patch[]
  /** Histories that may be played before it counts as survived. */
  readonly seeds?: number
}

/**
 * Guards that no history tells are in `tested-mutants.ts`, each with the test that does. That a write-off passes over
 * what has been replaced is held twice: with its own look removed, that of replacing still holds.
 */
export const mutants: readonly Mutant[] = [
  {
    guard: 'a kiosk takes no grant of an epoch that it has acknowledged',
    file: 'src-main/pickups/taking.ts',
    from: 'if (same) {',
    to: "if (same && known.state !== 'revoked') {",
  },
  {
    guard: 'cursor + 1 only',
    file: 'src-main/sync/apply.ts',
    from: "if (item.seq !== cursor + 1) return 'gap'",
    to: '',
  },
  {
    guard: 'changes and cursor in one transaction',
    file: 'src-main/sync/apply.ts',
    from: 'records.setCursor(page.incarnation, cursor, record.synced || !page.more)',
    to: 'records.setCursor(page.incarnation, page.next + 1, record.synced || !page.more)',
  },
  {
    guard: 'the acknowledgement is inside the ledger',
    file: 'src-main/sync/apply.ts',
    from: "  pickups.end(id, 'revoked')\n  ledger.append({ kind: 'revoke-acknowledged', pickup: id, epoch, facts: {} })",
    to: "  pickups.end(id, 'revoked')",
  },
  {
    guard: 'no acknowledgement over unaccounted paper',
    file: 'src-main/sync/apply.ts',
    from: 'const slip = slips.unsettledOf(id)\n',
    to: 'const slip = null as ReturnType<typeof slips.unsettledOf>\n',
  },
  {
    guard: 'a revoke that is pending stops the next print',
    file: 'src-main/release/settle.ts',
    from: 'if (pickup.revokePending) {',
    to: 'if (false) {',
  },
  {
    guard: 'a kiosk that the hub refuses serves no more',
    file: 'src-main/sync/kiosk-record.ts',
    from: 'if (record?.frozen !== true) return ok(null)',
    to: 'if (record?.frozen !== true || record.refused) return ok(null)',
  },
  {
    guard: 'the intent is committed before the first byte',
    file: 'src-main/release/release.ts',
    from: '    return store.transact(() => {\n      const pickup = pickups.get(request.pickup)',
    to: "    return (<T>(work: () => T): T => {\n      store.db.exec('BEGIN IMMEDIATE')\n      return work()\n    })(() => {\n      const pickup = pickups.get(request.pickup)",
    also: [
      {
        file: 'src-main/release/release.ts',
        from: '  store.transact(() => {\n    switch (outcome.kind) {',
        to: "  if (store.db.inTransaction) store.db.exec('COMMIT')\n  store.transact(() => {\n    switch (outcome.kind) {",
      },
    ],
  },
  {
    guard: 'a settlement is committed before the screen confirms it',
    file: 'src-main/release/settle.ts',
    from: '      slips.settle(id, settlement, by, now())',
    to: '      if (settlement === "handed-over") return ok(slip)\n      slips.settle(id, settlement, by, now())',
  },
  {
    guard: 'only an acknowledgement grants anew, never time',
    file: 'src-hub/pickups/grants.ts',
    from: "  if (row.state === 'revoking') {\n",
    to: "  if (row.state === 'revoking' && movingTo !== null) {\n    await tx.updateTable('grant').set({ state: 'acknowledged' }).where('pickup', '=', pickup).where('state', '=', 'revoking').execute()\n    await tx.updateTable('pickup').set({ state: 'unassigned', desk: movingTo, moving_to: null }).where('id', '=', pickup).execute()\n    return (await grantPickup(tx, parts, pickup, movingTo, null)) ? 'granted' : 'unassigned'\n  }\n  if (row.state === 'revoking') {\n",
  },
  {
    guard: 'an acknowledgement matches kiosk and epoch',
    file: 'src-hub/ledger/rules.ts',
    from: 'if (grant === undefined || grant.ended !== null || grant.kiosk !== kiosk) return null\n  return grant.incarnation === epoch.incarnation && grant.n === epoch.n ? grant : null',
    to: 'return grant === undefined || grant.ended !== null ? null : grant',
  },
  {
    guard: 'overlap is compared by hash',
    file: 'src-hub/ledger/check.ts',
    from: "before.bytes !== bytes ||\n            chainHash(head.prev, bytes).toString('hex') !== before.hash",
    to: 'false',
  },
  {
    guard: 'the chain is checked',
    file: 'src-hub/ledger/check.ts',
    from: 'if (head.prev !== prev) return { wrong: `entry ${head.seq} breaks the chain` }',
    to: '',
  },
  {
    guard: 'no gap in the ledger',
    file: 'src-hub/ledger/check.ts',
    from: 'if (head.seq !== seq + 1) return { wrong: `entry ${head.seq} follows ${seq}` }',
    to: '',
    also: [
      {
        file: 'src-hub/ledger/check.ts',
        from: 'if (signed === null && head.seq > seq + 1) return { from: seq + 1 }',
        to: '',
      },
    ],
  },
  {
    guard: 'the signature is checked',
    file: 'src-hub/ledger/check.ts',
    from: 'if (signature !== null && !verifyHash(key, hash, signature))\n          return { wrong: `entry ${head.seq} has a wrong signature` }',
    to: '',
  },
  {
    guard: 'a ledger cut short is noticed',
    file: 'src-hub/kiosks/report.ts',
    from: 'if (body.seq < Number(kiosk.acked)) return `its ledger ends at ${body.seq}, acknowledged is ${kiosk.acked}`',
    to: '',
  },
  {
    guard: 'a restored hub waits for every report',
    file: 'src-hub/kiosks/restore.ts',
    from: 'if (!hub.holding || (await awaited(tx, hub.incarnation)).length > 0) return',
    to: 'if (!hub.holding) return',
  },
  {
    guard: 'a new incarnation is noticed',
    file: 'src-hub/http/routes/sync.ts',
    from: 'if (query.incarnation !== kiosk.incarnation) return fail(failures.cursorInvalid)',
    to: '',
    // Either end alone would do.
    also: [
      {
        file: 'src-main/sync/apply.ts',
        from: 'if (record === null || page.incarnation !== record.incarnation) return',
        to: 'if (record === null) return',
      },
    ],
  },
  {
    guard: 'what a kiosk holds is adopted after a restore',
    file: 'src-hub/kiosks/report.ts',
    from: '      await adopt(tx, parts, incarnation, kiosk, some)\n',
    to: '',
  },
  {
    guard: 'a snapshot repeats what is asked back',
    file: 'src-hub/http/routes/sync.ts',
    from: 'if (query.after === undefined) await repeatRevokes(db, parts, kiosk)',
    to: '',
  },
  {
    guard: 'a snapshot asks back what is no longer granted',
    file: 'src-main/sync/apply.ts',
    from: 'if (pickup !== null) revoke(parts, pickup.id, pickup.epoch)',
    to: '',
  },
  {
    guard: 'a handover counts once',
    file: 'src-hub/ledger/rules.ts',
    from: 'const first = row !== undefined && !set.handedOver.has(pickup)',
    to: 'const first = row !== undefined',
  },
  {
    guard: 'a late handover recalls what was granted elsewhere since',
    file: 'src-hub/ledger/rules.ts',
    from: 'account for.\n  recall(set, effects, pickup)\n',
    to: '\n',
  },
  {
    guard: 'a late report freezes nobody',
    file: 'src-hub/kiosks/report.ts',
    from: 'if (old !== null && (body.challenge === undefined || body.challenge !== kiosk.challenge)) {',
    to: 'if (false) {',
  },
  {
    guard: 'what a hub has forgotten is not a gap that freezes',
    file: 'src-hub/ledger/check.ts',
    from: 'return { from: seq + 1 }',
    to: "return { wrong: 'a gap' }",
    // Either end alone would do.
    also: [
      {
        file: 'src-hub/http/routes/sync.ts',
        from: '        if (body.incarnation !== kiosk.incarnation) return fail(failures.cursorInvalid)\n',
        to: '',
      },
    ],
  },
  {
    guard: 'the mark outside is compared',
    file: 'src-hub/marks/judge.ts',
    from: "  if (mark === null) return { kind: 'follow' }\n",
    to: "  if (mark !== null || mark === null) return { kind: 'follow' }\n",
  },
  {
    guard: 'a report counts for the hub that it was made for',
    file: 'src-hub/kiosks/report.ts',
    from: '  if (body.grants !== null && body.incarnation !== undefined && body.incarnation !== incarnation)\n    return fail(failures.cursorInvalid)\n',
    to: '',
  },
  {
    guard: 'a revoke that waited for a print is answered when the print fails',
    file: 'src-main/release/release.ts',
    from: 'if (pickups.get(pickup.id)?.revokePending === true) {',
    to: 'if (false) {',
  },
  {
    guard: 'an opening key is countersigned by one that a badge and a PIN opened',
    file: 'src-hub/kiosks/opening-keys.ts',
    from: '    if (!(await check(link, parts.keys.countersignPrivate))) return false\n',
    to: '',
  },
  {
    guard: 'nothing is granted to an opening key that waits for a supervisor',
    file: 'src-hub/pickups/grant-many.ts',
    from: 'kiosk.opening_key === null || kiosk.pending_key !== null || kiosk.frozen\n    ? null\n    : { id: kiosk.id, openingKey: kiosk.opening_key,',
    to: '(kiosk.pending_key ?? kiosk.opening_key) === null || kiosk.frozen\n    ? null\n    : { id: kiosk.id, openingKey: (kiosk.pending_key ?? kiosk.opening_key) as Buffer,',
  },
  {
    guard: 'a supervisor’s letters are compared with the key that waits',
    file: 'src-hub/kiosks/opening-keys.ts',
    from: 'if (!isFingerprint(typed, openingFingerprint(id, raw(pending)))) {',
    to: 'if (!isFingerprint(typed, typed)) {',
  },
  {
    guard: 'what a frozen kiosk sends is kept, and its handovers count',
    file: 'src-hub/ledger/intake.ts',
    from: "      const kept = await keepEvidence('frozen')\n",
    to: '      const kept = 0\n',
  },
  {
    guard: 'what contradicts the ledger is kept, and its handovers count',
    file: 'src-hub/ledger/intake.ts',
    from: "      const fresh = await keepEvidence('apart')\n",
    to: '      const fresh = 0\n',
  },
  {
    guard: 'what a written-off kiosk sends beyond a gap is kept',
    file: 'src-hub/ledger/intake.ts',
    from: "kept: await keepEvidence('apart')",
    to: 'kept: 0',
  },
  {
    guard: 'a handover that is kept beside the ledger is a handover or a dispute',
    file: 'src-hub/ledger/intake.ts',
    from: '        if (handovers.length > 0) await apply(tx, parts, wanted, kiosk, handovers)\n',
    to: '',
  },
  {
    guard: 'poison holds nothing that was never granted there',
    file: 'src-hub/ledger/rules.ts',
    from: 'if (!everGranted(set, pickup) && (epoch === null || foreign(set, pickup, epoch))) {',
    to: 'if (false) {',
  },
  {
    guard: 'the last open alarm of a pickup releases it, and no other',
    file: 'src-hub/health/alarms.ts',
    from: 'if (row === undefined || open !== undefined) return null',
    to: 'if (row === undefined) return null',
  },
  {
    guard: 'what has been issued anew is not issued anew again',
    file: 'src-hub/pickups/reissue.ts',
    from: 'replacedBy === null && ',
    to: '',
  },
]
