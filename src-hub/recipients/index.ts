export { mayIssue } from './may-issue.ts'
export { addCard, findRecipients, recipientView, removeCard, saveRecipient, setBirthDate } from './records.ts'
