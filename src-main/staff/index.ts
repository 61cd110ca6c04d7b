export { servesAt } from '../../src-shared/domain/serving.ts'
export { authorities, permit, type Authority } from './authority.ts'
export { createOpeningKeys, type OpeningKey, type OpeningKeys } from './opening-keys.ts'
export { attemptsLeft, checkNewPin, guessesLog10, lockAfter, searchYears } from './pin-rules.ts'
export { createRoster, type Holder, type Roster, type StaffMember } from './roster.ts'
export { createShift, type ShiftSummary } from './shift.ts'
export {
  createSignIn,
  longestSincePinMs,
  type BadgeInHand,
  type Session,
  type SignIn,
  type SignOutCause,
} from './sign-in.ts'
export { createTrusting, type Trust, type Trusting } from './trust.ts'
