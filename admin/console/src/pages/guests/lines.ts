import type { GuestDraft } from "../../api/schema";

/** Each line a guest: username, name, mail address, mobile; parted by commas or, as from a sheet, tabs. */
export function draftsOf(text: string): GuestDraft[] {
  return linesOf(text).map(({ line }) => {
    const [username = "", display_name = "", email, mobile] = line.split(/[,，\t]/).map((part) => part.trim());
    return {
      username,
      display_name: display_name || username,
      ...(email ? { email } : {}),
      ...(mobile ? { mobile } : {}),
    };
  });
}

/** The line, as a reader counts, on which the guest of this place stands. */
export function lineOf(text: string, place: number): number {
  return linesOf(text)[place]?.number ?? place + 1;
}

function linesOf(text: string): { line: string; number: number }[] {
  const all = text.split("\n").map((line, at) => ({ line, number: at + 1 }));
  return all.filter(({ line }) => line.trim() !== "");
}
