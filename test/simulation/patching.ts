/** Removes guards from a temporary copy of the sources: production code has no switch for it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Patch } from './mutants.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Copy {
  readonly folder: string
  /** Does each patch; returns how to put everything back, or the file whose patch no longer applies. */
  remove(patches: readonly Patch[]): { readonly restore: () => void } | { readonly misfit: string }
  end(): void
}

/** Of these folders and files of the project, with its packages. */
export function makeCopy(parts: readonly string[]): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-mutant-'))
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    folder,
    remove(patches) {
      const originals = new Map<string, string>()
      const restore = () => {
        for (const [file, text] of originals) writeFileSync(file, text)
      }
      for (const { file, from, to } of patches) {
        const path = join(folder, file)
        const source = readFileSync(path, 'utf8')
        if (source.split(from).length !== 2) {
          restore()
          return { misfit: file }
        }
        if (!originals.has(path)) originals.set(path, source)
        writeFileSync(
          path,
          source.replace(from, () => to),
        )
      }
      return { restore }
    },
    end() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
