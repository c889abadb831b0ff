import { Avatar } from "antd";

/** Each dark enough for white letters. */
const COLOURS = ["#1d5fd6", "#0f766e", "#7c3aed", "#b4450c", "#be185d", "#4d6b12", "#0369a1", "#8a4b08"];

/** The letters that stand for a name: the last two characters of a Chinese one, else initials. */
export function lettersOf(name: string): string {
  const text = name.trim();
  if (/\p{Script=Han}/u.test(text)) return [...text].slice(-2).join("");
  const words = text.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}

/** A round sign for a person; beside their name, so it says nothing itself. */
export function PersonAvatar({ id, name, size = 32 }: { id: string; name: string; size?: number }) {
  const sum = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const style = { backgroundColor: COLOURS[sum % COLOURS.length], color: "#fff", flex: "none", fontSize: size * 0.4 };
  return (
    <Avatar size={size} style={style} aria-hidden>
      {lettersOf(name)}
    </Avatar>
  );
}
