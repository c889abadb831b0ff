// Fails if what a browser loads for the first page is larger than it may be.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const MOST = 350 * 1024;
const dist = join(import.meta.dirname, "../dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

/** All files that `name` loads at once. */
function loaded(name, found = new Set()) {
  const entry = manifest[name];
  if (found.has(entry.file)) return found;
  found.add(entry.file);
  for (const css of entry.css ?? []) found.add(css);
  for (const next of entry.imports ?? []) loaded(next, found);
  return found;
}

// The page that is opened first is one of those that are loaded on demand, and asks for its charts by
// itself: count them too.
const OVERVIEW = "src/pages/overview/Overview.tsx";
const names = ["index.html", OVERVIEW, ...(manifest[OVERVIEW].dynamicImports ?? [])];
const first = new Set(names.flatMap((name) => [...loaded(name)]));
const sizes = [...first].map((file) => [statSync(join(dist, `${file}.gz`)).size, file]);
const total = sizes.reduce((sum, [size]) => sum + size, 0);
for (const [size, file] of sizes.sort((a, b) => b[0] - a[0])) console.log(`${String(size).padStart(8)}  ${file}`);
console.log(`${String(total).padStart(8)}  of at most ${MOST}, compressed`);
if (total > MOST) process.exit(1);
