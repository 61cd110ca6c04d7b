export { approveRequest, declineRequest } from './decide.ts'
export { fileRequest } from './file.ts'
export { listInbox } from './list.ts'
