// A receiver of webhooks that verifies each message by Standard Webhooks. Node 20 is all it needs.
//
//     WEBHOOK_SECRET=whsec_… node webhook.mjs 8090
//
// It prints a line for each message: its id, and the record with its revision and state. The same id comes again when an answer was
// lost: keep the ids with what you made of them. Put your web server with TLS before it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const MOST_BYTES = 65536;
const TOLERANCE_SECONDS = 300; // an older message may be somebody's recording
const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");

function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": given = "" } = headers;
  if (!/^\d+$/.test(sent ?? "") || Math.abs(Date.now() / 1000 - Number(sent)) > TOLERANCE_SECONDS) return false;
  const made = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64"));
  return given.split(" ").map((each) => Buffer.from(each)).some((each) => each.length === made.length && timingSafeEqual(each, made));
}

async function read(request) {
  const blocks = [];
  let length = 0;
  for await (const block of request) {
    if ((length += block.length) > MOST_BYTES) return null;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

const server = createServer(async (request, response) => {
  const body = await read(request).catch(() => null);
  if (request.method !== "POST" || !body || !isGenuine(request.headers, body)) return response.writeHead(401).end();
  const message = JSON.parse(body);
  if (message.type === "webhook.verification") return response.end(message.challenge);
  const { id, revision, state } = message.data;
  console.log(request.headers["webhook-id"], id, revision, state);
  return response.writeHead(204).end();
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
