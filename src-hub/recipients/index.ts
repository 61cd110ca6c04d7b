export { mayActFor } from './may-act.ts'
export { mayIssue } from './may-issue.ts'
export { addCard, findRecipients, mayKeep, recipientView, removeCard, saveRecipient, setBirthDate } from './records.ts'
