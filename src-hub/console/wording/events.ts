/**
 * What happened, in words: acts of agents and of the hub, and entries of the kiosks' ledgers. A kind that is newer than
 * this page is shown by its name.
 */
import { useTexts } from '../i18n.ts'

export function useEvents() {
  const { t, te } = useTexts()
  /** A small fact of an event: a kind of proof, a channel, a reason. */
  const value = (name: string, given: unknown): string => {
    if (typeof given === 'boolean') return given ? t('common.yes') : t('common.no')
    const text = typeof given === 'string' || typeof given === 'number' ? String(given) : JSON.stringify(given)
    const key = `factValue.${text}`
    return name !== 'number' && /^[a-z-]+$/i.test(text) && te(key) ? t(key) : text
  }
  return {
    name: (kind: string): string => (te(`event.${kind}`) ? t(`event.${kind}`) : kind),
    facts: (detail: Readonly<Record<string, unknown>>): { name: string; value: string }[] =>
      Object.entries(detail)
        .filter(([name, given]) => te(`fact.${name}`) && given !== null)
        .map(([name, given]) => ({ name: t(`fact.${name}`), value: value(name, given) })),
  }
}
