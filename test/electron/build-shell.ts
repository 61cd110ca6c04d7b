/** Builds the kiosk's bundles before the tests that run them: what is tested is what is packaged. */
import { build } from 'electron-vite'

export default async function buildShell(): Promise<void> {
  await build({ logLevel: 'warn' })
}
