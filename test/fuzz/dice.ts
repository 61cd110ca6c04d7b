/** Random numbers that a seed repeats: xorshift128 (Marsaglia 2003), started from the seed by splitmix32. */
export interface Dice {
  /** 0 up to, not including, `below`. */
  below(below: number): number
  fill(bytes: Uint8Array): void
  pick<T>(from: readonly T[]): T
}

export function createDice(seed: number): Dice {
  let mixed = seed >>> 0
  const mix = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [a, b, c, d] = [mix(), mix(), mix(), mix() | 1]
  const next = () => {
    const t = a ^ (a << 11)
    a = b
    b = c
    c = d
    d = (d ^ (d >>> 19) ^ t ^ (t >>> 8)) >>> 0
    return d
  }
  return {
    below: (below) => next() % below,
    fill(bytes) {
      for (let i = 0; i < bytes.length; i += 4) {
        const word = next()
        bytes[i] = word
        if (i + 1 < bytes.length) bytes[i + 1] = word >>> 8
        if (i + 2 < bytes.length) bytes[i + 2] = word >>> 16
        if (i + 3 < bytes.length) bytes[i + 3] = word >>> 24
      }
    },
    pick(from) {
      const picked = from[next() % from.length]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
  }
}
