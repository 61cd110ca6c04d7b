/**
 * Electron's fuses, each stated, each with its reason (electronjs.org, "Electron Fuses"). Flipped at packaging and read
 * back from the binary before anything is made of it.
 */
import { readFileSync } from 'node:fs'
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'

export interface Fuse {
  readonly option: FuseV1Options
  readonly on: boolean
  readonly why: string
}

export const fuses: readonly Fuse[] = [
  {
    option: FuseV1Options.RunAsNode,
    on: false,
    why: 'ELECTRON_RUN_AS_NODE would make the kiosk a Node for whoever starts it; the engine is a utilityProcess and does not need it',
  },
  {
    option: FuseV1Options.EnableCookieEncryption,
    on: true,
    why: 'the window keeps no cookie; if one ever is, it is not readable on the disk',
  },
  {
    option: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    on: false,
    why: 'NODE_OPTIONS could load code into the main process',
  },
  {
    option: FuseV1Options.EnableNodeCliInspectArguments,
    on: false,
    why: '--inspect would let another process on the computer read the engine’s key as it passes',
  },
  {
    option: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    on: true,
    why: 'a changed app.asar does not start, on the systems that have it (macOS, Windows)',
  },
  {
    option: FuseV1Options.OnlyLoadAppFromAsar,
    on: true,
    why: 'a folder put beside app.asar must not be loaded in its place',
  },
  {
    option: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
    on: false,
    why: 'there is no snapshot of our own; the default one serves both',
  },
  {
    option: FuseV1Options.GrantFileProtocolExtraPrivileges,
    on: false,
    why: 'nothing is loaded by file://; the window is app://kiosk',
  },
  {
    option: FuseV1Options.WasmTrapHandlers,
    on: true,
    why: 'Electron’s default: HPKE and the window use no WebAssembly, and the handlers make its bounds checks cheaper, not weaker',
  },
]

/**
 * Flips every fuse in the binary; throws when one that is stated does not exist there, or one that exists is not
 * stated.
 */
export async function setFuses(binary: string): Promise<void> {
  const stated = Object.fromEntries(fuses.map(({ option, on }) => [option, on])) as Record<FuseV1Options, boolean>
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: true,
    ...stated,
  })
  await checkFuses(binary)
}

/** Reads the wire back and throws, naming the fuses that are not as stated. */
export async function checkFuses(binary: string): Promise<void> {
  const wrong = await differingFuses(binary)
  if (wrong.length > 0) throw new Error(`fuses are not as stated: ${wrong.join(', ')}`)
}

/** Names of the fuses that the binary has otherwise than stated. */
export async function differingFuses(binary: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(binary)
  return fuses
    .filter(({ option, on }) => wire[option] !== (on ? FuseState.ENABLE : FuseState.DISABLE))
    .map(({ option }) => FuseV1Options[option])
}

/** Whether a file carries a fuse wire at all: a build of Electron does. */
export function hasFuseWire(binary: string): boolean {
  return readFileSync(binary).includes('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
}
