import "uplot/dist/uPlot.min.css";

import { type GlobalToken, theme } from "antd";
import dayjs from "dayjs";
import { useEffect, useRef } from "react";
import Plot from "uplot";

import { isChinese, language } from "../../language/language";
import { texts } from "../../language/texts";

export type Series = { name: string; values: readonly number[]; tone: "good" | "bad" };

type Props = {
  /** What it shows, for those who cannot see it. */
  label: string;
  /** The beginning of the first hour. */
  from: number;
  /** One number an hour each; they are stacked, the first at the bottom. */
  series: readonly Series[];
};

const t = texts({ time: ["时间", "Time"] });

const HEIGHT = 220;
const DAY = 24;

/** Numbers over time: by the hour, or by the day where the hours are too many. */
export default function HourlyChart({ label, from, series }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const { token } = theme.useToken();
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const plot = new Plot(optionsOf(series, element.clientWidth, token), dataOf(from, series), element);
    const follow = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    follow.observe(element);
    return () => {
      follow.disconnect();
      plot.destroy();
    };
  }, [from, series, token]);
  const total = series.map(({ name, values }) => `${name} ${sum(values)}`).join(", ");
  return <div ref={place} role="img" aria-label={`${label}: ${total}`} />;
}

/** How many hours one bar stands for. */
function stepOf(series: readonly Series[]): number {
  return (series[0]?.values.length ?? 0) > 7 * DAY ? DAY : 1;
}

/** Times in seconds, then the series from the top of the stack to its bottom, each with those below it. */
function dataOf(from: number, series: readonly Series[]): Plot.AlignedData {
  const step = stepOf(series);
  const bars = Math.ceil((series[0]?.values.length ?? 0) / step);
  const times = Array.from({ length: bars }, (_, index) => from / 1000 + index * step * 3600);
  const stacked = series.map((_, top) =>
    times.map((_, bar) =>
      series.slice(0, top + 1).reduce((all, { values }) => all + sum(values.slice(bar * step, (bar + 1) * step)), 0),
    ),
  );
  return [times, ...stacked.reverse()];
}

function optionsOf(series: readonly Series[], width: number, token: GlobalToken): Plot.Options {
  const colours = { good: token.colorPrimary, bad: token.colorError };
  const [day, hour] = isChinese ? ["M月D日", "HH:mm"] : ["D MMM", "HH:mm"];
  const step = stepOf(series);
  const format = (seconds: number, pattern: string) => dayjs(seconds * 1000).format(pattern);
  const axis = {
    stroke: token.colorTextSecondary,
    grid: { stroke: token.colorBorderSecondary },
    ticks: { show: false },
  };
  const isShort = step === 1 && (series[0]?.values.length ?? 0) <= DAY;
  return {
    width,
    height: HEIGHT,
    cursor: { points: { show: false }, y: false, drag: { setScale: false } },
    scales: {
      x: { range: (_, first, last) => [first, last + step * 3600] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.05)] },
    },
    axes: [
      { ...axis, values: (_, times) => times.map((at) => format(at, isShort ? hour : day)), grid: { show: false } },
      { ...axis, size: 56, values: (_, counts) => counts.map((n) => (Number.isInteger(n) ? compact(n) : "")) },
    ],
    series: [
      { label: t.time, value: (_, at) => (at === null ? "–" : format(at, step === 1 ? `${day} ${hour}` : day)) },
      ...series
        .map(({ name, values, tone }): Plot.Series => ({
          label: name,
          fill: colours[tone],
          stroke: colours[tone],
          width: 0,
          points: { show: false },
          paths: Plot.paths.bars?.({ size: [0.7, 28], align: 1 }),
          // What is drawn holds those below it; what is told is the series alone.
          value: (_, __, ___, bar) =>
            bar === null
              ? sum(values).toLocaleString(language)
              : sum(values.slice(bar * step, (bar + 1) * step)).toLocaleString(language),
        }))
        .reverse(),
    ],
  };
}

function compact(n: number): string {
  return n.toLocaleString(language, { notation: "compact" });
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
