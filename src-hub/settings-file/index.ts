export { fileOf, planSettings, type Change, type Known } from './plan.ts'
export { exportSettings, exportSettingsIn, importSettings, importSettingsIn } from './store.ts'
