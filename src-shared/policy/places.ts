/** The directory of desks, and what a refusal says of it: which desk, where, and until when today. */
import { z } from 'zod'
import { DeskId, DeskKind, Instant, Localized, type Language } from '../domain/index.ts'
import { clockAt } from '../failures/codes.ts'
import { openingAt, OpeningHours } from '../domain/opening-hours.ts'

/** A desk as every other desk knows it. */
export const DirectoryDesk = z.object({
  id: DeskId,
  kind: DeskKind,
  name: Localized,
  unit: Localized,
  address: z.string(),
  /** null: open at all times. */
  hours: OpeningHours.nullable(),
})
export type DirectoryDesk = z.infer<typeof DirectoryDesk>

/** Whom a desk can send people to: at most so many are told, the rest of a larger institution is a list on the web. */
export const directoryLimit = 250

/** A desk and whether it is open. `until`: when that changes, null when it does not within a year. */
export const PlaceNow = z.object({
  id: DeskId,
  kind: DeskKind,
  name: Localized,
  unit: Localized,
  address: z.string(),
  open: z.boolean(),
  until: Instant.nullable(),
})
export type PlaceNow = z.infer<typeof PlaceNow>

export interface From {
  /** The desk that sends people there; it is not listed itself. */
  readonly desk?: string
  /** Where the person or the desk is: the nearest come first, by the postal code in the units' addresses. */
  readonly postalCode?: string | null
}

const postalCodeIn = (address: string) => /\b(\d{5})\b/.exec(address)?.[1] ?? null

/**
 * Numbers of neighbouring postal areas lie close together: enough to say which unit to try first, and no measure of
 * distance.
 */
function distance(from: string | null, address: string): number {
  const to = postalCodeIn(address)
  return from === null || to === null ? Number.MAX_SAFE_INTEGER : Math.abs(Number(from) - Number(to))
}

function placeOf({ id, kind, name, unit, address, hours }: DirectoryDesk, now: number): PlaceNow {
  const opening = hours === null ? ({ open: true, closesAt: null } as const) : openingAt(hours, now)
  return { id, kind, name, unit, address, open: opening.open, until: opening.open ? opening.closesAt : opening.opensAt }
}

/** Desks of these kinds, open ones first, then the nearest, then whichever opens first. */
export function placesNow(
  directory: readonly DirectoryDesk[],
  kinds: readonly DeskKind[],
  now: number,
  from: From = {},
  limit = 3,
): PlaceNow[] {
  const near = from.postalCode ?? postalCodeIn(directory.find(({ id }) => id === from.desk)?.address ?? '')
  const found = directory
    .filter((desk) => kinds.includes(desk.kind) && desk.id !== from.desk)
    .map((desk) => placeOf(desk, now))
  return found
    .sort(
      (a, b) =>
        Number(b.open) - Number(a.open) ||
        distance(near, a.address) - distance(near, b.address) ||
        (a.until ?? Number.MAX_SAFE_INTEGER) - (b.until ?? Number.MAX_SAFE_INTEGER) ||
        (a.id < b.id ? -1 : 1),
    )
    .slice(0, limit)
}

/** These desks, in the order given. One that the directory does not name is left out. */
export function placesAt(directory: readonly DirectoryDesk[], ids: readonly string[], now: number): PlaceNow[] {
  return ids.flatMap((id) => directory.filter((desk) => desk.id === id).map((desk) => placeOf(desk, now)))
}

const kindNames: Readonly<Record<DeskKind, Localized>> = {
  helpdesk: { fi: 'helpdeskin palvelupiste', sv: 'helpdesks servicepunkt', en: 'helpdesk service point' },
  'student-affairs': { fi: 'opintotoimisto', sv: 'studiebyrån', en: 'student affairs office' },
  hr: { fi: 'henkilöstöpalvelut', sv: 'personaltjänster', en: 'human resources' },
  porter: { fi: 'vahtimestari', sv: 'vaktmästaren', en: 'porter’s lodge' },
  'post-room': { fi: 'postikeskus', sv: 'postcentralen', en: 'post room' },
}

/** A kind of desk in words. */
export function kindName(kind: DeskKind, language: Language): string {
  return kindNames[kind][language]
}

/** `Human resources, Harbour House, Satamakatu 2, open until 16:00`. */
export function placeText(place: PlaceNow, language: Language, now: number): string {
  const when =
    place.until === null
      ? place.open
        ? null
        : closedText[language]
      : `${(place.open ? openText : opensText)[language]} ${clockAt(place.until, language, now)}`
  return [place.name[language], place.unit[language], place.address, when]
    .filter((part) => part !== null && part !== '')
    .join(', ')
}
const openText: Localized = { fi: 'auki, suljetaan', sv: 'öppet till', en: 'open until' }
const opensText: Localized = { fi: 'avataan', sv: 'öppnar', en: 'opens' }
const closedText: Localized = {
  fi: 'suljettu toistaiseksi',
  sv: 'stängt tills vidare',
  en: 'closed until further notice',
}
