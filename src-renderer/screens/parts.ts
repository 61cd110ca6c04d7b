/** Parts of screens that are fetched after the first screen stands. */
import { later } from '../later.ts'

export const ByEyePanel = later(() => import('../components/ByEyePanel.vue'))
/** Its place is kept by whoever draws it. */
export const SvgQr = later(() => import('../components/SvgQr.vue'))
