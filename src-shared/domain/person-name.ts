/** A person's name as it is shown, listed and shortened. Either field may be empty: many people have one name. */
export interface ShownName {
  readonly family: string
  readonly given: string
}

const present = (...parts: readonly string[]) => parts.map((part) => part.trim()).filter((part) => part !== '')

/** `Aino Virtanen`; one name stands alone. */
export function fullName({ family, given }: ShownName): string {
  return present(given, family).join(' ')
}

/** As a list is sorted: `Virtanen, Aino`; one name stands alone. */
export function listedName({ family, given }: ShownName): string {
  return present(family, given).join(', ')
}

/** A name's first letter with its marks, capital; what is no letter before it is passed over. */
const firstLetter = (text: string) => /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]\p{M}*/u.exec(text.normalize('NFC'))?.[0].toUpperCase()

/** Initials as a check-in screen may show them: `A. K.` */
export function initials({ family, given }: ShownName): string {
  return [firstLetter(given), firstLetter(family)]
    .filter((letter) => letter !== undefined)
    .map((letter) => `${letter}.`)
    .join(' ')
}

/** Neither family nor given name: nobody is called nothing. */
export function hasName({ family, given }: ShownName): boolean {
  return present(family, given).length > 0
}
