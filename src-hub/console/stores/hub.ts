/** The client of the hub, and whether its session has ended. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { createCallHub } from '../api/client.ts'

export const useHub = defineStore('hub', () => {
  /** Counts the times the hub said that nobody is signed in. */
  const signedOut = ref(0)
  /** Counts the acts that took effect: what shows the sum of many pages asks again. */
  const acts = ref(0)
  const csrf = ref<string | null>(null)
  const call = createCallHub(
    (input, init) => fetch(input, init),
    () => csrf.value,
    () => {
      signedOut.value += 1
    },
  )
  return { call, csrf, signedOut, acts }
})
