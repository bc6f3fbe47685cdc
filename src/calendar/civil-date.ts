export interface CivilDate {
  year: number;
  month: number; // 1-12
  day: number;
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const secondsPerDay = 86_400;

export function daysInMonth(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : daysOfMonth[month - 1]!;
}

/** Seconds from 1970-01-01 to midnight of the date, Gregorian calendar. */
export function secondsOfCivilDate({ year, month, day }: CivilDate): number {
  // Date.UTC reads years below 100 as 19xx; 400 years later is the same calendar, 146,097 days on.
  return Date.UTC(year + 400, month - 1, day) / 1000 - 146_097 * secondsPerDay;
}

export function civilDateOfSeconds(seconds: number): CivilDate {
  const date = new Date(Math.floor(seconds / secondsPerDay) * secondsPerDay * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
