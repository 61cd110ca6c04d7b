export { classifyScan, typedPickupCode, type ScanMeaning } from './classify.ts'
export { isShopCode } from './shop-code.ts'
