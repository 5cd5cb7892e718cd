// Count patent transfers of Hunan from the copied events, and compare each period with the published figure.
//
//     node mirror.mjs http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
//     node figure.mjs FOLDER
//
// One transfer of one patent is one event. It counts where it is recorded and stands, passes by a deal and not by law, and a giver is of
// Hunan (docs/figures.md). Ends with 1 where a period differs.
import { fileOf, recordsOf } from "./copy.mjs";

const folder = process.argv[2];
const byLaw = new Set(["merger", "inheritance", "court"]);
const values = (topic) => [...recordsOf(fileOf(folder, topic)).values()].map((record) => record.value);

const counted = {}, published = {};
for (const { state, phase, statement, occurred_on: day } of values("tongda.transfer.v1")) {
  if (state !== "current" || phase !== "recorded" || byLaw.has(statement.cause)) continue;
  if (!statement.transferor.some((giver) => giver.region?.startsWith("43"))) continue;
  for (const length of [4, 7]) // the year and the month, as far as the date is known
    if (day.length >= length) counted[day.slice(0, length)] = (counted[day.slice(0, length)] ?? 0) + 1;
}
for (const { indicator, dimensions, period, value } of values("tongda.statistic.v1"))
  if (indicator === "transfers" && dimensions.area === "430000" && Object.keys(dimensions).length === 1)
    published[period] = Number(value);

for (const period of Object.keys({ ...counted, ...published }).sort()) {
  const [there, here] = [published[period] ?? 0, counted[period] ?? 0];
  console.log(period, there, here);
  if (there !== here) process.exitCode = 1;
}
