export { attemptsLeft, checkNewPin, lockAfter } from './pin-rules.ts'
export { createRoster, type Roster, type StaffMember } from './roster.ts'
export { createSignIn, type Session, type SignIn, type SignOutCause } from './sign-in.ts'
