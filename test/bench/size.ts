/** How large a bench is: as its figures are meant, or just large enough to go through every step once (`--quick`). */

/** Set for a bench's process by `run.ts`. */
export const quickVariable = 'LODGE_BENCH_QUICK'
export const quick = process.env[quickVariable] === '1'

export const sized = <T>(whole: T, small: T): T => (quick ? small : whole)
