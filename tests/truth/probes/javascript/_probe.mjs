// What every probe shares: reads the questions, asks `verify` each, prints what it answered.
import { readFileSync } from 'node:fs';

/** The answer of a probe that cannot put the question to its library. */
export const NOT_ASKED = Symbol('n/a');

/** The key of a question: text, or bytes for DER, or nothing at all. */
export function material({ key }) {
  if (key.kind === 'none') return undefined;
  return key.form === 'der' ? Buffer.from(key.base64, 'base64') : key.text;
}

/** The options of a question under the names that the library has for them; those that are not set are left out. */
export function options(question, names) {
  const written = {};
  for (const [ours, theirs] of Object.entries(names)) {
    if (question[ours] !== undefined) written[theirs] = question[ours];
  }
  for (const [name, value] of Object.entries(question.raw?.option ?? {})) {
    written[name] = value?.$pattern ? new RegExp(value.$pattern) : value;
  }
  return written;
}

export async function probe(verify, mint) {
  const asked = JSON.parse(readFileSync(0, 'utf8'));
  const observations = {};
  for (const question of asked.questions) {
    observations[question.id] = await answer(verify, question);
  }
  let minted = null;
  try {
    minted = await mint?.(asked.mint);
  } catch (error) {
    observations.mint = `error: ${error.message}`;
  }
  process.stdout.write(JSON.stringify({ observations, minted }));
}

async function answer(verify, question) {
  if (question.raw?.named || question.raw?.field || question.raw?.call) return 'n/a';
  try {
    return (await verify(question)) === NOT_ASKED ? 'n/a' : 'accepted';
  } catch (error) {
    return `rejected: ${error.message}`;
  }
}
