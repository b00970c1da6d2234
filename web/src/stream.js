// The page's one stream of server-sent events, for all its live regions.
//
//   GET /live?topics=board+alarm%2F7
//   event: news
//   data: {"topics":["board"],"now":"2026-11-22T15:04:05Z","speed":60}
//
// An event without topics is a ping, at most 10 s after the last one. Where nothing was heard for 25 s, or a region
// could not be fetched, a notice says that the page is not live: an old board must never pass for a new one.

import * as clock from "./clock.js";

const silence = 25000; // milliseconds
const again = 5000; // until the next attempt, where the browser makes none itself

const regions = new Set();
let source = null;
let listening = ""; // the topics of source
let heard = 0; // when the last event came
let lost = true; // whether events may have been missed: at first those since the page was made
let retry = 0;
let notice = null;

export function join(region) {
  regions.add(region);
  queueMicrotask(listen); // once for all regions of the page
}

export function leave(region) {
  regions.delete(region);
  queueMicrotask(listen);
}

// listen opens the stream, or a new one where the page's topics have changed.
function listen() {
  const topics = new Set((document.body.dataset.topics ?? "").split(/\s+/).filter(Boolean)); // the page's own
  for (const region of regions) region.topics.forEach((topic) => topics.add(topic));
  const wanted = [...topics].sort().join(" ");
  if (wanted === listening) return;
  lost = true; // something may happen between the two streams
  listening = wanted;
  open();
}

function open() {
  close();
  if (listening === "" || document.hidden) return;
  heard = Date.now();
  const opened = new EventSource(`/live?topics=${encodeURIComponent(listening)}`);
  source = opened;
  opened.addEventListener("news", (event) => {
    if (opened === source) take(event.data);
  });
  opened.addEventListener("error", () => {
    if (opened !== source) return;
    fail();
    // A stream that was refused is closed for good; one that was cut is opened again by the browser.
    if (opened.readyState === EventSource.CLOSED) retry = setTimeout(open, again);
  });
}

function take(data) {
  let news;
  try {
    news = JSON.parse(data);
  } catch {
    return fail();
  }
  heard = Date.now();
  clock.set(news.now, news.speed);
  document.dispatchEvent(new Event("allclear:clock"));
  const missed = lost;
  lost = false;
  const changed = [...regions].filter((r) => missed || r.stale || r.topics.some((topic) => news.topics.includes(topic)));
  changed.forEach((region) => region.refresh());
  if (changed.length === 0) settle();
}

// fail says that the page is not live. Everything is fetched again once it is.
export function fail() {
  lost = true;
  show(true);
}

// settle takes the notice away when every region shows what the last event spoke of.
export function settle() {
  if (!lost && ![...regions].some((region) => region.stale)) show(false);
}

// show keeps the notice in the page and changes its words, as a change is what assistive technology reads out.
function show(wanted) {
  notice ??= place();
  if (notice.hasChildNodes() === wanted) return;
  notice.replaceChildren();
  document.documentElement.toggleAttribute("data-not-live", wanted);
  if (!wanted) return;
  const link = document.createElement("a");
  link.className = "govuk-link govuk-link--inverse";
  link.href = "";
  link.textContent = "Reload the page";
  notice.append("Not live. ", link, " to see changes.");
}

function place() {
  const made = document.createElement("div");
  made.className = "allclear-not-live";
  made.setAttribute("role", "alert");
  document.body.append(made);
  return made;
}

function close() {
  clearTimeout(retry);
  retry = 0;
  source?.close();
  source = null;
}

// watch listens to the page's own topics, and looks for silence. A tab out of sight has no stream: a browser opens six
// connections to one server, so that with six of them no page would open and no button would work any more.
export function watch() {
  const look = () => {
    if (listening === "" || document.hidden || Date.now() - heard <= silence) return;
    fail();
    if (!retry) open(); // a connection that says nothing may be dead without knowing
  };
  queueMicrotask(listen);
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    look(); // what was out of sight for long is old until it was fetched again
    lost = true;
    if (!source) open();
  });
  window.addEventListener("pagehide", close); // or a browser that leaves the page would say that it is not live
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      lost = true; // the page comes out of the browser's store as it was
      open();
    }
  });
}
