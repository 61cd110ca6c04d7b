export { createLedger, type Ledger, type LedgerRow, type NewEntry } from './ledger.ts'
