// The copy of a topic is one file: its snapshot as the hub sends it, and after it one line for each page of changes. A line that was
// not written to its end does not count.
import fs from "node:fs";

export const fileOf = (folder, topic) => `${folder}/${topic}.ndjson`;

// The whole lines of a file, parsed. An example: what is larger than memory wants a stream.
export function* linesOf(file) {
  const text = fs.readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  for (const line of whole.split("\n")) if (line) yield JSON.parse(line);
}

// Every record that stands: a null takes one away, and a revision that is not higher says nothing new.
export function recordsOf(file) {
  const found = new Map();
  const keep = ({ key, revision, value }) => {
    if (value === null) found.delete(key);
    else if (!(found.get(key)?.revision >= revision)) found.set(key, { revision, value });
  };
  for (const line of linesOf(file)) {
    if (line.items) line.items.forEach(keep);
    else if (line.key !== undefined) keep(line);
  }
  return found;
}
