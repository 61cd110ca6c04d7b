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
  /** A field whose text is the answer; its label. */
  readonly field?: string
}

export const useAsking = defineStore('asking', () => {
  const question = ref<Question | null>(null)
  let settle: (yes: boolean, text: string) => void = () => undefined

  function put(asked: Question, answered: (yes: boolean, text: string) => void): void {
    settle(false, '')
    question.value = asked
    settle = answered
  }
  function ask(asked: Question): Promise<boolean> {
    return new Promise((resolve) => {
      put(asked, resolve)
    })
  }
  /** What was typed into the question's field; null: everything is left as it is. */
  function askFor(asked: Question & { readonly field: string }): Promise<string | null> {
    return new Promise((resolve) => {
      put(asked, (yes, text) => {
        resolve(yes ? text : null)
      })
    })
  }
  function answer(yes: boolean, text = ''): void {
    const settled = settle
    question.value = null
    settle = () => undefined
    settled(yes, text)
  }
  return { question, ask, askFor, answer }
})
