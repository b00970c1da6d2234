// What the page hears of changes, for all its live regions: by the browser's switchboard, or where there is none by a line
// of its own. Where nothing was heard for 25 s, or a region could not be fetched, a notice says that the page is not
// live: an old board must never pass for a new one.

import * as clock from "./clock.js";
import * as line from "./line.js";
import * as session from "./session.js";

const silence = 25000; // milliseconds
const { acting, switchboard } = document.documentElement.dataset; // whom the page was made for, and the worker's address

const regions = new Set();
let alone = !window.SharedWorker || !switchboard; // there is no switchboard
let hangUp = null; // while the page listens
let listening = ""; // to these topics
let heard = 0; // when the last event came
let lost = true; // whether events may have been missed: at first those since the page was made
let notice = null;

export function join(region) {
  regions.add(region);
  queueMicrotask(listen); // once for all regions of the page
}

export function leave(region) {
  regions.delete(region);
  queueMicrotask(listen);
}

// listen opens the line, or listens to other topics where those of the page have changed.
function listen() {
  const topics = new Set((document.body.dataset.topics ?? "").split(/\s+/).filter(Boolean)); // the page's own
  for (const region of regions) region.topics.forEach((topic) => topics.add(topic));
  const wanted = [...topics].sort().join(" ");
  if (wanted === listening) return;
  lost = true; // something may have happened that nobody listened for
  listening = wanted;
  open();
}

function open() {
  close();
  if (!wants() || document.hidden) return;
  heard = Date.now();
  const topics = listening.split(" ").filter(Boolean);
  const port = reach();
  if (!port) {
    hangUp = () => line.leave(take);
    line.listen(take, topics, acting);
    return;
  }
  port.addEventListener("message", (event) => take(event.data));
  port.start();
  port.postMessage({ topics, acting });
  hangUp = () => {
    port.postMessage({});
    port.close();
  };
}

// wants says that the page listens: to its topics, or where somebody is signed in to the end of their session alone.
function wants() {
  return listening !== "" || document.documentElement.dataset.signedIn !== undefined;
}

// reach finds the switchboard, or has the browser start it; null where it cannot.
function reach() {
  if (alone) return null;
  try {
    const worker = new SharedWorker(switchboard);
    worker.addEventListener("error", () => {
      if (alone) return;
      alone = true;
      open();
    });
    return worker.port;
  } catch {
    alone = true; // as where scripts may keep nothing
    return null;
  }
}

// take takes what is said on the line. To a page made for someone else than the reader now acts as, it says nothing.
function take(said) {
  if (said.over) return session.leave();
  if (said.heard) heard = said.heard;
  if (!said.news || said.news.acting !== acting) return fail();
  session.left(said.news.left, heard);
  clock.set(said.news.now, said.news.speed, heard);
  document.dispatchEvent(new Event("allclear:clock"));
  const missed = lost || said.missed;
  lost = false;
  const changed = [...regions].filter((r) => missed || r.stale || r.topics.some((topic) => said.news.topics.includes(topic)));
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
  hangUp?.();
  hangUp = null;
}

// watch listens to the page's own topics, and looks for silence. A tab out of sight does not listen: it would fetch what
// nobody sees.
export function watch() {
  const look = () => {
    if (!wants() || document.hidden || Date.now() - heard <= silence) return;
    fail();
    open(); // the switchboard may be gone
  };
  queueMicrotask(listen);
  if (document.documentElement.dataset.signedIn !== undefined) {
    queueMicrotask(() => hangUp || open());
    session.watch();
  }
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    look(); // what was out of sight for long is old until it was fetched again
    lost = true;
    if (!hangUp) open();
  });
  window.addEventListener("pagehide", close); // or a browser that leaves the page would say that it is not live
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      lost = true; // the page comes out of the browser's store as it was
      open();
    }
  });
}
