import { Tooltip } from "antd";
import dayjs from "dayjs";

import { isChinese } from "../language/language";

/** A moment as the reader's clock shows it; `at` in milliseconds since 1970. */
export function timeText(at: number): string {
  return dayjs(at).format(isChinese ? "YYYY-MM-DD HH:mm:ss" : "D MMM YYYY, HH:mm:ss");
}

export function TimeText({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined) return <>–</>;
  return (
    <Tooltip title={new Date(at).toISOString()}>
      <time dateTime={new Date(at).toISOString()} className="nowrap">
        {timeText(at)}
      </time>
    </Tooltip>
  );
}

/** The day of a moment, with the moment for whoever asks. */
export function DayText({ at }: { at: number }) {
  return (
    <Tooltip title={timeText(at)}>
      <time dateTime={new Date(at).toISOString()} className="nowrap">
        {dayjs(at).format(isChinese ? "YYYY-MM-DD" : "D MMM YYYY")}
      </time>
    </Tooltip>
  );
}
