export { birthDateFromDigits, deskToday, maskedBirthDate } from './birth-date.ts'
export { commonCountries, countryName } from './countries.ts'
export { networkTone, printerTone, readerTone, readinessTone, unsentTone, type Tone } from './lights.ts'
export { calendarDate, clockTime, dayInFull, minutesAndSeconds, secondsLeft, timeOrDate } from './times.ts'
