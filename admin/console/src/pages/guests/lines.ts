import type { GuestDraft } from "../../api/schema";

/** Each line a guest: username, name, mail address, mobile; parted by commas or, as from a sheet, tabs. */
export function draftsOf(text: string): GuestDraft[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [username = "", display_name = "", email, mobile] = line.split(/[,，\t]/).map((part) => part.trim());
    return {
      username,
      display_name: display_name || username,
      ...(email ? { email } : {}),
      ...(mobile ? { mobile } : {}),
    };
  });
}
