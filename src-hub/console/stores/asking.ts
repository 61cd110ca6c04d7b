/** One question at a time before what cannot be undone: it says what will happen, and is asked once. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Question {
  readonly title: string
  /** What will happen, a sentence each. */
  readonly will: readonly string[]
  readonly yes: string
  readonly danger: boolean
  /** What must be typed first, for the gravest. */
  readonly typed?: string
}

export const useAsking = defineStore('asking', () => {
  const question = ref<Question | null>(null)
  let settle: (yes: boolean) => void = () => undefined

  function ask(asked: Question): Promise<boolean> {
    settle(false)
    question.value = asked
    return new Promise((resolve) => {
      settle = resolve
    })
  }
  function answer(yes: boolean): void {
    question.value = null
    settle(yes)
    settle = () => undefined
  }
  return { question, ask, answer }
})
