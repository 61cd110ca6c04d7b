/**
 * Accounts of the demo's console, made as an administrator makes them: by invitation. Their password is no secret;
 * nothing in the demo is.
 */
import type { HubClient } from '../sync/index.ts'
import { done } from './acts.ts'

export const demoPassword = 'laituri-ja-kolme-lokkia'
const accounts = [
  { username: 'demo.supervisor', name: 'Ritva Salo', role: 'supervisor' },
  { username: 'demo.administrator', name: 'Auri Laine', role: 'administrator' },
] as const

/** The names to sign in with. `administrator` calls by an administrator's token. */
export async function prepareConsole(administrator: HubClient): Promise<readonly string[]> {
  const known = new Set(done(await administrator.call('consoleAccounts', {})).accounts.map(({ username }) => username))
  for (const account of accounts) {
    if (known.has(account.username)) continue
    done(await administrator.call('saveConsoleAccount', { body: { ...account, disabled: false } }))
    const { link } = done(await administrator.call('inviteConsoleAccount', { body: { username: account.username } }))
    done(
      await administrator.call('acceptInvitation', {
        body: { token: new URL(link).hash.slice(1), password: demoPassword },
      }),
    )
  }
  return accounts.map(({ username }) => username)
}
