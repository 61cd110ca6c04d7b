/**
 * Guards that no history of the simulation tells: it makes no statements about holders, has no printer of its own, and
 * the hub's other rules come first. Each names the test file that must fail once the guard is gone.
 */
import type { Mutant } from './mutants.ts'

export interface TestedMutant extends Omit<Mutant, 'seeds'> {
  /** From the project's root. */
  readonly test: string
}

const rules = 'src-hub/kiosks/opening-key-rules.ts'
const keys = 'src-hub/kiosks/opening-keys.ts'
const holders = 'src-hub/kiosks/opening-holders.ts'
const removed = 'test/adversary/removed-member.test.ts'

export const testedMutants: readonly TestedMutant[] = [
  {
    guard: 'an opening key that was shared with somebody who does not work at the desk never takes force',
    file: rules,
    from: '!known.members.has(staff) || known.gaveUp.has(key)',
    to: 'known.gaveUp.has(key)',
    test: removed,
  },
  {
    guard: 'an own key that was given up never counts again',
    file: rules,
    from: '!known.members.has(staff) || known.gaveUp.has(key)',
    to: '!known.members.has(staff)',
    test: removed,
  },
  {
    guard: 'a statement counts by the own key that the hub knows of its maker',
    file: rules,
    from: 'own !== undefined && known.current.get(by) === own && known.sound.has(own)',
    to: 'own !== undefined',
    test: removed,
  },
  {
    guard: 'an own key counts only where somebody else has vouched for it',
    file: rules,
    from: 'known.current.get(by) === own && known.sound.has(own)',
    to: 'known.current.get(by) === own',
    test: removed,
  },
  {
    guard: 'the word of whoever was removed since leads nowhere',
    file: rules,
    from: 'if (members.has(byStaff) && sound.has(byKey)) sound.add(key)',
    to: 'if (sound.has(byKey)) sound.add(key)',
    test: removed,
  },
  {
    guard: 'countersignatures alone put no key in force once a kiosk has said who holds it',
    file: rules,
    from: "return known.n === null || (said.is === 'said' && said.byHolder)",
    to: 'return true',
    test: removed,
  },
  {
    guard: 'a statement names nobody twice, and no own key twice',
    file: rules,
    from: "    return { is: 'unsaid' }\n  const strangers",
    to: '    void 0\n  const strangers',
    test: removed,
  },
  {
    guard: 'a refused key leads on only by somebody whom the hub knows',
    file: rules,
    from: '(byHolder && step !== key && known.shared.has(step))',
    to: '(step !== key && known.shared.has(step))',
    test: removed,
  },
  {
    guard: 'a refused key stays refused',
    file: rules,
    from: "  if (known.refused.has(key)) return { is: 'refused' }\n",
    to: '',
    test: removed,
  },
  {
    guard: 'a statement is proved by the opening key and by its maker’s own',
    file: holders,
    from: '(await isSaidBy(raw(key), statement, raw(told.byKey), hub)) &&\n    (await isSaidBy(raw(own.key), statement, raw(told.byPerson), hub))',
    to: 'hub.length > 0 && statement.n >= 0',
    test: removed,
  },
  {
    guard: 'a statement is taken once',
    file: keys,
    from: 'if (holders.n !== null && told.n <= holders.n) return',
    to: 'if (holders.n === null) return',
    test: removed,
  },
  {
    guard: 'a statement about a key that waits never gets older',
    file: keys,
    from: 'const isOlder = told !== undefined && pendingHolders !== null && told.n < pendingHolders.n',
    to: 'const isOlder = pendingHolders === undefined',
    test: removed,
  },
  {
    guard: 'letters put no key in force whose holders nobody has said',
    file: keys,
    from: '    if (told === null && holders.n !== null) return fail(failures.holdersUnsaid)\n',
    to: '',
    test: removed,
  },
  {
    guard: 'letters put no key in force that is shared with somebody removed meanwhile',
    file: keys,
    from: "    if (said?.is === 'strangers') {",
    to: "    if (said?.is === 'strangers' && pending === '') {",
    test: removed,
  },
  {
    guard: 'whoever is removed gives up the own key that was told of with a key that waits',
    file: holders,
    from: 'for (const { key } of said.filter((one) => one.staff === staff))',
    to: 'for (const { key } of said.slice(0, 0))',
    test: removed,
  },
  {
    guard: 'a pickup that was handed over here is opened by no grant',
    file: 'src-main/pickups/taking.ts',
    from: '  if (!again) return false\n',
    to: '',
    test: 'test/pickups/grants.test.ts',
  },
  {
    guard: 'what is held counts only with the whole ledger behind it',
    file: 'src-hub/kiosks/report.ts',
    from: ' || body.seq !== heard.value.acked) return heard',
    to: ') return heard',
    also: [
      {
        file: 'src-hub/kiosks/report.ts',
        from: 'if (kiosk === undefined || Number(kiosk.acked) !== seq || hub',
        to: 'if (kiosk === undefined || seq < 0 || hub',
      },
    ],
    test: 'test/hub/losses.test.ts',
  },
  {
    guard: 'a report counts only once all that it says is taken up',
    file: 'src-hub/kiosks/report.ts',
    from: '  if (!whole.ok) return whole\n',
    to: '',
    test: 'test/hub/big-desk.test.ts',
  },
  {
    guard: 'what counted beside the ledger counts once when it joins',
    file: 'src-hub/ledger/rules.ts',
    from: '  if (set.told.has(item.hash)) return\n',
    to: '',
    test: 'test/adversary/evidence.test.ts',
  },
  {
    guard: 'paper gone missing under a grant that a restored hub has forgotten burns its pickup',
    file: 'src-hub/ledger/rules.ts',
    from: 'if (!hubPickupCan.beServed(row.state)) return\n    recall(set, effects, pickup)',
    to: 'return',
    test: 'test/ledger/forgotten-grants.test.ts',
  },
  {
    guard: 'a grant that was made while its person changed is looked at again',
    file: 'src-hub/corrections/worker.ts',
    from: "    for (const which of ['first', 'second'] as const)",
    to: "    for (const which of ['first'] as const)",
    test: 'test/hub/corrections.test.ts',
  },
  {
    guard: 'a pickup sent to the kiosk’s own desk is not granted anew',
    file: 'src-hub/ledger/rules.ts',
    from: 'if (entry.facts.to === set.desk) {',
    to: 'if (false) {',
    test: 'test/adversary/opening-key.test.ts',
  },
]
