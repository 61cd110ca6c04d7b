/**
 * The words of the design as types (docs/architecture.md#words). One zod schema per word; the TypeScript type is
 * derived from it.
 */
export { Instant, StoredInstant } from './bounds.ts'
export * from './desk.ts'
export * from './identity.ts'
export * from './ids.ts'
export * from './language.ts'
export * from './states.ts'
