/** One code a desk, as a table for people and as a provisioning file for each kiosk. */
import { stringify } from 'csv-stringify/sync'
import { shownText } from '../../src-shared/domain/human-text.ts'
import { spreadsheetCell } from '../../src-shared/domain/spreadsheet-cell.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'

export type DeskLine = Pick<HubReply<'desks'>['desks'][number], 'id' | 'kind' | 'name' | 'unit'>

export interface Invited {
  readonly desk: DeskLine
  readonly code: string
}

/** What is the same for all of them. */
export interface ProvisioningCommon {
  readonly hub: string
  readonly authority: string
  readonly proxy?: string | undefined
  readonly support?: string | undefined
  readonly mode: 'kiosk' | 'shared-counter'
  /** As in a kiosk's settings file. */
  readonly printer?: Record<string, unknown> | undefined
  readonly readers?: Record<string, unknown> | undefined
}

/** The file that a kiosk takes (src-main/shell/provision.ts), as text. */
export function provisioningFile(
  { code }: Invited,
  { hub, authority, proxy, support, mode, printer, readers }: ProvisioningCommon,
): string {
  const file = { lodge: 'provisioning/1', hub, code, authority, proxy, mode, support, printer, readers }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** A name for the file that says which desk it is, safe on every file system. */
export function fileName({ desk }: Invited, language: 'fi' | 'sv' | 'en' = 'en'): string {
  const words = `${desk.unit[language]} ${desk.name[language]}`.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return `${words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}-${desk.id.slice(0, 6)}.json`
}

/** RFC 4180, with a header; a cell that a spreadsheet would take for a formula is made text. */
export function codesCsv(invited: readonly Invited[]): string {
  return stringify(
    invited.map((each) => ({
      unit: spreadsheetCell(shownText(each.desk.unit.en)),
      desk: spreadsheetCell(shownText(each.desk.name.en)),
      kind: each.desk.kind,
      code: each.code,
      file: fileName(each),
    })),
    { header: true, record_delimiter: 'windows' },
  )
}
