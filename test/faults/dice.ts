/**
 * Numbers that a seed gives again: one generator for each run, named by what is tried, so that one run can be played
 * alone.
 */
import { createHash } from 'node:crypto'

export interface Dice {
  /** 0 <= n < sides */
  roll(sides: number): number
  pick<T>(from: readonly T[]): T
}

export function createDice(seed: number, name: string): Dice {
  let round = 0
  const roll = (sides: number) =>
    createHash('sha256').update(`${seed}/${name}/${round++}`).digest().readUInt32BE() % sides
  return {
    roll,
    pick<T>(from: readonly T[]): T {
      const one = from[roll(from.length)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
  }
}

/** As many from every group as from any other, as far as it goes; in the order of the list. */
export function sampleGroups<T>(dice: Dice, from: readonly T[], groupOf: (one: T) => string, count: number): T[] {
  const groups = new Map<string, T[]>()
  for (const one of from) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one])
  const chosen = new Set<T>()
  while (chosen.size < Math.min(count, from.length)) {
    for (const left of groups.values()) {
      const one = left.length === 0 ? undefined : left.splice(dice.roll(left.length), 1)[0]
      if (one !== undefined && chosen.size < count) chosen.add(one)
    }
  }
  return from.filter((one) => chosen.has(one))
}
