import { useSearchParams } from "react-router";

type Value = string | number | undefined;

/** Written as numbers. */
const NUMBERS = new Set(["since", "until", "status"]);

/**
 * What a log is narrowed down to. It stands in the address of the page, so that it can be linked to,
 * kept and gone back to.
 */
export function useFilter<F extends Record<string, Value>>(): [Partial<F>, (more: Partial<F>) => void] {
  const [params, setParams] = useSearchParams();
  const entries = [...params]
    .map(([key, text]) => [key, NUMBERS.has(key) ? Number(text) : text] as const)
    .filter(([, value]) => !Number.isNaN(value));
  const filter = Object.fromEntries(entries) as Partial<F>;
  const narrow = (more: Partial<F>) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries(more)) {
      if (value === undefined || value === "") next.delete(key);
      else next.set(key, String(value));
    }
    setParams(next, { replace: true });
  };
  return [filter, narrow];
}
