/** Where people come from, whatever it is: it is read, all of it or what has changed. */
import type { Reading } from './plan.ts'

export interface SourceReading extends Reading {
  /** Where the next reading of changes begins; null: the next one reads everybody. */
  readonly mark: string | null
}
