export { createMarks, type Marks } from './marks.ts'
export { markFile, type MarkStore } from './mark-file.ts'
export { readPosition } from './position.ts'
export type { Mark } from './judge.ts'
