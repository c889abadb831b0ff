import dayjs, { type Dayjs } from "dayjs";

const DAY = 24 * 60;

/** Minutes of the day as a clock shows them, on a day on which no clock is changed. */
export function clockOf(minutes: number): Dayjs {
  return dayjs(new Date(2001, 0, 1, Math.floor(minutes / 60) % 24, minutes % 60));
}

/** What a clock shows in minutes of the day; midnight as an end is that of the day's other end. */
export function minutesOf(time: Pick<Dayjs, "hour" | "minute">, isEnd: boolean): number {
  const minutes = time.hour() * 60 + time.minute();
  return isEnd && minutes === 0 ? DAY : minutes;
}
