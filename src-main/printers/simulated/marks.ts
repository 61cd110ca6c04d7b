/** What the simulated printer leaves on paper. */

export interface Style {
  readonly bold: boolean
  /** Magnification, 1-8. */
  readonly wide: number
  readonly high: number
  readonly invert: boolean
  readonly underline: boolean
}

/** What lies on one strip of paper, in dots from its top. */
export type Mark =
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly style: Style }
  | {
      readonly kind: 'dots'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly module: number
      readonly bits: readonly boolean[]
    }

export interface Strip {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
  /** Lines of text from top to bottom, trailing blanks removed. */
  readonly text: string
}

export const plain: Style = { bold: false, wide: 1, high: 1, invert: false, underline: false }
