/** Times as the institution's clock shows them, in the language of the console. */
import { calendarDate, clockTime, timeOrDate } from '../../../src-renderer/wording/times.ts'
import { useLook } from '../stores/look.ts'
import { useTexts } from '../i18n.ts'

export function useTimes() {
  const look = useLook()
  const { t } = useTexts()
  /** A time that the hub has stored and that cannot be one is said to be unknown. */
  const said = (at: number | null, words: (at: number) => string) => (at === null ? t('times.unknown') : words(at))
  return {
    clock: (at: number | null) => said(at, (known) => clockTime(known, look.language)),
    date: (at: number | null) => said(at, (known) => calendarDate(known, look.language)),
    /** The time alone today, else with its date. */
    when: (at: number | null) => said(at, (known) => timeOrDate(known, Date.now(), look.language)),
    full: (at: number | null) =>
      said(at, (known) => `${calendarDate(known, look.language)} ${clockTime(known, look.language)}`),
    /** `4 min ago`: whole minutes, hours or days. */
    ago(at: number | null, now: number): string {
      if (at === null) return t('times.unknown')
      const minutes = Math.max(0, Math.floor((now - at) / 60_000))
      if (minutes < 1) return t('times.now')
      if (minutes < 60) return t('times.minutesAgo', { n: minutes })
      if (minutes < 48 * 60) return t('times.hoursAgo', { n: Math.floor(minutes / 60) })
      return t('times.daysAgo', { n: Math.floor(minutes / 1440) })
    },
    /** A span in ms: `4 min`, `1 h 20 min`. */
    span(ms: number): string {
      const minutes = Math.round(ms / 60_000)
      return minutes < 60
        ? t('times.minutes', { n: minutes })
        : t('times.hoursMinutes', { h: Math.floor(minutes / 60), n: minutes % 60 })
    },
  }
}
