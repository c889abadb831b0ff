// What takes effect in a moment, and is waited for as long as that may take.

/** Asks again until the answer is a good one, and gives it. */
export async function until(what, ask) {
  let answer;
  for (let tries = 0; tries < 60; tries += 1) {
    answer = await ask();
    if (answer) return answer;
    await new Promise((later) => setTimeout(later, 150));
  }
  throw new Error(`it never came about that ${what}`);
}
