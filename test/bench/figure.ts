/** One measured figure beside its baseline. */
import { z } from 'zod'

export const Figure = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  baseline: z.object({ name: z.string(), value: z.number() }),
  ratio: z.number(),
  target: z.string(),
  ok: z.boolean(),
})
export type Figure = z.infer<typeof Figure>

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const round = (value: number) => Number(value.toPrecision(4))

export function figure(
  name: string,
  value: number,
  unit: string,
  baseline: { name: string; value: number },
  target: string,
  ok: (value: number, ratio: number) => boolean,
): Figure {
  const ratio = baseline.value === 0 ? 0 : value / baseline.value
  return {
    name,
    value: round(value),
    unit,
    baseline: { name: baseline.name, value: round(baseline.value) },
    ratio: round(ratio),
    target,
    ok: ok(value, ratio),
  }
}
