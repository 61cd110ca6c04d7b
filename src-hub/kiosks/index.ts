export { enrolKiosk, newEnrolmentCode, registerOpeningKey, type Enrolled } from './enrol.ts'
