/**
 * The page's policy forbids building functions from text, so the schemas must not try. Imported before any schema is
 * made.
 */
import { config } from 'zod'

config({ jitless: true })
