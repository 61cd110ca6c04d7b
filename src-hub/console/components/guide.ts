/** Whether a page stands inside the set-up guide, which has the heading and says what the step is for. */
import { inject, provide, type InjectionKey } from 'vue'

const key: InjectionKey<true> = Symbol('guide')
export const provideGuide = (): void => {
  provide(key, true)
}
export const useInGuide = (): boolean => inject(key, false)
