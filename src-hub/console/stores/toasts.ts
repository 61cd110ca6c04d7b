/** Short news at the edge of the page; read out, and gone by themselves unless they tell of a failure. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  readonly id: number
  readonly tone: 'good' | 'notice'
  readonly text: string
}
const staysMs = 7_000

export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let next = 1

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }
  function say(text: string, tone: Toast['tone'] = 'good'): void {
    const id = next++
    toasts.value = [...toasts.value.slice(-3), { id, tone, text }]
    window.setTimeout(() => {
      dismiss(id)
    }, staysMs)
  }
  return { toasts, say, dismiss }
})
