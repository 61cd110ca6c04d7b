/** The desk's time for whoever draws it: milliseconds since 1970, moving each second. Provided by the app's root. */
import type { InjectionKey, Ref } from 'vue'

export const deskNow: InjectionKey<Readonly<Ref<number>>> = Symbol('desk now')
