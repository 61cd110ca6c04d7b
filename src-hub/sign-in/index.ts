export {
  acceptInvitation,
  changePassword,
  inviteAccount,
  listAccounts,
  makeFirstAdministrator,
  saveAccount,
  signInLocally,
} from './accounts.ts'
export { anyAccount, firstLinkMs, makeLink } from './links.ts'
export { claimValues, createOidc, type OidcSettings, type OidcSignIn } from './oidc.ts'
export { checkPassword } from './passwords.ts'
export { beginSession, csrfMatches, endSession, findSession, listSessions, type Session } from './sessions.ts'
