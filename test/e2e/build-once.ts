/** Builds the window once for all end-to-end tests of screens, and takes it away after them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildWindow } from '../renderer/build-window.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the window as it ships. */
    window: string
  }
}

export default async function buildOnce(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-window-'))
  await buildWindow(folder)
  project.provide('window', folder)
  return () => {
    rmSync(folder, { recursive: true })
  }
}
