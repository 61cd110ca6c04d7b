/** Asks again and again, with a limit that names what was awaited. */
export async function until(what: string, ms: number, look: () => Promise<boolean>): Promise<number> {
  const from = performance.now()
  for (;;) {
    if (await look().catch(() => false)) return Math.round(performance.now() - from)
    if (performance.now() - from > ms) throw new Error(`waited ${ms} ms for ${what}`)
    await new Promise((done) => setTimeout(done, 60))
  }
}
