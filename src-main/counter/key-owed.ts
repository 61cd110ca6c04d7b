/** Making the opening key that a desk owes, while somebody is signed in whose keys vouch for it. */
import type { Services } from '../desk/index.ts'

/** When a key is owed. */
export interface KeyFacts {
  readonly signedIn: boolean
  /** Someone lost their share. */
  readonly rotationOwed: boolean
  readonly keys: number
  /** A supervisor refused the newest at the console. */
  readonly refused: boolean
  /** Nothing that whoever is signed in can check vouches for the one in force. */
  readonly untrusted: boolean
  /** The hub has told its own key, without which nothing can be vouched for; a hub that tells none asks for nothing. */
  readonly hubKnown: boolean
}

export const keyOwed = ({ rotationOwed, keys, refused, untrusted }: Omit<KeyFacts, 'signedIn' | 'hubKnown'>): boolean =>
  rotationOwed || keys === 0 || refused || untrusted

/** Whether the key is made now; until then the hub goes on with the one in force. */
export const makesKey = (facts: KeyFacts): boolean => facts.signedIn && facts.hubKnown && keyOwed(facts)

/**
 * Returns what keeps the desk's keys while somebody is signed in: a key that is owed is made, and who holds the newest
 * is told to the hub. Failing (a full disk) it is tried again at the next occasion.
 */
export function createKeyKeeper({ signIn, roster, openingKeys, records, sync }: Services): () => void {
  let keeping = false
  const owed = () => ({
    rotationOwed: roster.rotationOwed(),
    keys: openingKeys.count(),
    refused: records.read()?.openingAnswer === 'refused',
    untrusted: signIn.owesTrustedKey(),
  })
  const due = () => {
    const hubKnown = records.read()?.hubCountersign !== null || sync.status().state === 'online'
    return makesKey({ ...owed(), signedIn: signIn.session() !== null, hubKnown })
  }

  return () => {
    if (keeping || signIn.session() === null) return
    keeping = true
    const rotated = due() ? signIn.rotate(() => keyOwed(owed())) : Promise.resolve(false)
    rotated
      .then(async (made) => (await signIn.stateHolders()) || made)
      .then(
        (told) => {
          // Whoever cannot make it leaves it owed: telling the hub would begin all of this anew, at once.
          if (told) sync.nudge()
        },
        () => undefined,
      )
      .finally(() => {
        keeping = false
      })
  }
}
