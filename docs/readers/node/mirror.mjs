// A copy of topics, each in a file of its own: from a snapshot, then by its changes. Node 20 is all it needs.
//
//     node mirror.mjs http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
//
// Stop it at any moment, also with kill -9, and start it again. It ends when it has everything; run it again for what is new.
// The file grows with the changes; delete it, and the next run begins anew. HUB_KEY is your key, if any.
import fs from "node:fs";
import { fileOf, linesOf } from "./copy.mjs";

const [hub, folder, ...topics] = process.argv.slice(2);
const headers = process.env.HUB_KEY ? { Authorization: `Bearer ${process.env.HUB_KEY}` } : {};

async function ask(path) {
  const answer = await fetch(hub + path, { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

// Write at the end of a file, and wait for the disk.
function write(file, flags, blocks) {
  const open = fs.openSync(file, flags);
  for (const block of blocks) fs.writeSync(open, block);
  fs.fsyncSync(open);
  fs.closeSync(open);
}

// A snapshot takes the place of the file at once; one that was cut has no last line and replaces nothing.
async function begin(topic, file) {
  const blocks = [];
  for await (const block of (await ask(`/api/v1/snapshots/${topic}`)).body) blocks.push(block);
  write(`${file}.new`, "w", blocks);
  const lines = [...linesOf(`${file}.new`)];
  if (lines.at(-1)?.end?.records !== lines.length - 2) throw new Error(`the snapshot of ${topic} was cut`);
  fs.renameSync(`${file}.new`, file);
}

// From where the file goes on. What follows its last whole line is cut off.
function place(file) {
  const whole = fs.readFileSync(file).lastIndexOf("\n") + 1;
  fs.truncateSync(file, whole);
  let head, after;
  for (const line of linesOf(file)) {
    if (line.head) ({ head } = line), (after = head.sequence);
    if (line.items) after = line.items.at(-1).sequence;
  }
  return [head.epoch, after];
}

async function mirror(topic) {
  const file = fileOf(folder, topic);
  if (!fs.existsSync(file)) await begin(topic, file);
  for (let [epoch, after] = place(file); ; ) {
    const text = await (await ask(`/api/v1/changes?topic=${topic}&after=${after}`)).text();
    const page = JSON.parse(text);
    if (page.epoch !== epoch) {
      // the hub's database was restored, and its numbers mean other changes
      await begin(topic, file);
      [epoch, after] = place(file);
      continue;
    }
    if (page.items.length) {
      write(file, "a", [text + "\n"]);
      after = page.items.at(-1).sequence;
    }
    if (page.next === null) return;
  }
}

fs.mkdirSync(folder, { recursive: true });
for (const topic of topics) await mirror(topic);
