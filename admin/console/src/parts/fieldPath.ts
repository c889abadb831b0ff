/** `pool.upstreams[0].address`, as the API names a field, as a form names it. */
export function fieldPath(field: string): (string | number)[] {
  return field
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
