import { useState } from "react";

import { useSettled } from "./useSettled";

/** What a listing is searched for, once the typing has settled. */
export function useNameSearch() {
  const [typed, setTyped] = useState("");
  return { typed, setTyped, text: useSettled(typed.trim()) || undefined };
}
