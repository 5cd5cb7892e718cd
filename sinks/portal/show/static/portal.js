// What script adds to pages that work without it: live numbers, and facets without a reload. Nothing depends on it.

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

// Live: when the hub publishes a change, the page asks for its marked parts and exchanges them, at most every 2 s, and not while
// nobody looks at it. The server stays the only place that knows how a number is written.
const parts = () => [...document.querySelectorAll("[data-live]")];
const QUIET_MS = 2000, SILENT_MS = 60000;
let due = null, missed = false, last = Date.now();

async function refresh() {
  due = null;
  if (missed = document.hidden) return;
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok) return;
  const fresh = parse(await answer.text());
  for (const part of parts()) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || next.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    const before = [...part.querySelectorAll(".figure")].map((figure) => figure.textContent);
    part.innerHTML = next.innerHTML;
    part.querySelectorAll(".figure").forEach((figure, n) => {
      if (figure.textContent === before[n]) return;
      figure.classList.add("changed");
      setTimeout(() => figure.classList.remove("changed"), 1600);
    });
  }
}

function follow() {
  const shown = document.body.dataset.lastEventId ?? "";   // what came between the page and the stream is news too
  const stream = new EventSource(`/api/v1/stream?topic=tongda.statistic.v1&last_event_id=${shown}`);   // one line: a browser has six a host
  const heard = () => { last = Date.now(); note(""); };
  for (const name of ["change", "gone", "reset"]) {
    stream.addEventListener(name, () => { heard(); due ??= setTimeout(refresh, QUIET_MS * Math.random()); });
  }
  stream.addEventListener("progress", heard);
  stream.addEventListener("open", heard);
}

function note(text) {
  document.querySelectorAll("[data-live-note]").forEach((place) => {
    place.textContent = text;
    place.closest(".stamp")?.classList.toggle("silent", Boolean(text));
  });
}

if (parts().length && window.EventSource) {
  follow();
  document.addEventListener("visibilitychange", () => { if (missed) refresh(); });
  const silent = document.documentElement.lang === "en" ? "no news for 60 s; the numbers may be old" : "超过60秒未收到更新，数字可能已旧";
  setInterval(() => { if (Date.now() - last > SILENT_MS) note(silent); }, 5000);
}

// Facets, order and pages of results: the same addresses, exchanged in place. Anything unexpected falls back to the link.
const results = document.getElementById("results");
async function show(address, remember) {
  const open = document.getElementById("facets")?.open;
  const answer = await fetch(address);
  const page = answer.ok && parse(await answer.text()), fresh = page && page.getElementById("results");
  if (!fresh) { location.href = address; return; }
  const name = document.activeElement?.getAttribute("data-value");
  const facet = document.activeElement?.closest("[data-facet]")?.dataset.facet;
  results.innerHTML = fresh.innerHTML;
  for (const selector of ["form.search", ".tongue"]) {   // the filters go with the next search, and with the language
    document.querySelector(selector)?.replaceWith(page.querySelector(selector));
  }
  document.title = page.title;
  if (open) document.getElementById("facets").open = true;
  if (remember) history.pushState({}, "", address);
  if (facet && name) results.querySelector(`[data-facet="${facet}"] [data-value="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
}
if (results) {
  results.addEventListener("click", (event) => {
    const link = event.target.closest(".facet a, .chosen a, .order a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    link.focus();
    show(link.href, true);
  });
  window.addEventListener("popstate", () => show(location.href, false));
}
