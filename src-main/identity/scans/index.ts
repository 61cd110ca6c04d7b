export { classifyScan, type ScanMeaning } from './classify.ts'
