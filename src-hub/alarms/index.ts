export { closeAlarm, listAlarms } from './alarms.ts'
