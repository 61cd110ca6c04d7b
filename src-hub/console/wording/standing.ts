/** Where a pickup stands, said as it is: whom it waits for, and when that kiosk was last heard. */
import type { Standing } from '../../../src-shared/hub-api/agent/queries.ts'
import { useTexts } from '../i18n.ts'
import { useLocal } from './local.ts'
import { useTimes } from './times.ts'

export function useStanding(): (standing: Standing) => string {
  const { t } = useTexts()
  const local = useLocal()
  const times = useTimes()
  return (standing) => {
    const desk = standing.desk === null ? '–' : `${local(standing.desk.unit)}, ${local(standing.desk.name)}`
    const seen =
      standing.lastContactAt === null
        ? t('standing.neverSeen')
        : t('standing.lastSeen', { at: times.when(standing.lastContactAt) })
    const moving =
      standing.movingTo === null
        ? ''
        : ` ${t('standing.thenTo', { desk: `${local(standing.movingTo.unit)}, ${local(standing.movingTo.name)}` })}`
    return t(`standing.${standing.what}`, { desk, seen }) + moving
  }
}
