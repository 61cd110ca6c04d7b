/** Reading a desk's settings file; the engine validates what it holds. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { UpdateSettings } from './update/index.ts'

const ShellSettings = z.looseObject({
  dataDir: z.string().min(1),
  mode: z.enum(['kiosk', 'shared-counter']).default('kiosk'),
  port: z.number().int().min(0).max(65_535).default(0),
  /** Whom to call, as it is to stand on a screen: a name and a telephone number. */
  support: z.string().max(120).nullable().default(null),
  updates: UpdateSettings.optional(),
  /** false draws in software, for machines whose GPU fails. */
  gpu: z.boolean().default(true),
})

export interface SettingsFile {
  readonly shell: z.infer<typeof ShellSettings>
  /** As it stands in the file, for the engine. */
  readonly raw: unknown
}

/** Fails with L-101 and where; never repeats what the file holds. */
export function readSettingsFile(file: string): Result<SettingsFile> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return fail(failures.settingsUnreadable, { where: file })
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return fail(failures.settingsUnreadable, { where: `${file} – JSON` })
  }
  const shell = ShellSettings.safeParse(raw)
  if (!shell.success)
    return fail(failures.settingsUnreadable, { where: `${file} – ${shell.error.issues[0]?.path.join('.') || '(top)'}` })
  return ok({ shell: shell.data, raw })
}
