export { Overdue, Stopping, withinDeadline } from './deadline.ts'
export { isUnreached, outgoingFetch, Unreached, type FetchLimits } from './fetch.ts'
export { callOut, TooLong, usualAnd, type OutgoingCall, type OutgoingReply } from './http.ts'
