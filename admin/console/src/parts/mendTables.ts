/** Mends in the tables below an element what they leave out for those who use no pointer. */
export function mendTables(around: HTMLElement | null): void {
  // The row by which widths are measured holds a second box to tick everything, which is for nobody.
  around?.querySelectorAll<HTMLElement>(".ant-table-measure-row").forEach((row) => (row.inert = true));
  // What can be scrolled can be scrolled by keys.
  around?.querySelectorAll<HTMLElement>(".ant-table-content").forEach((table) => (table.tabIndex = 0));
}
