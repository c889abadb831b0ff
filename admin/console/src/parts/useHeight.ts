import { useCallback, useState } from "react";

/** The height of an element as it is laid out, for a list that draws only what is seen. */
export function useHeight(): [ref: (element: HTMLElement | null) => void, height: number] {
  const [height, setHeight] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setHeight(Math.floor(entry?.contentRect.height ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, height];
}
