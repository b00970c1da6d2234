// The line to the server: one stream of server-sent events, for every page that listens on it.
//
//   GET /live?topics=board+alarm%2F7
//   event: news
//   data: {"topics":["board"],"now":"2026-11-22T15:04:05Z","speed":60,"acting":"p-sam","left":14400}
//
// An event without topics is a ping, at most 10 s after the last one. A page is told {news, heard, missed}: when it was
// heard, and whether something may have been missed before it; {} when the line is cut; {over: true} when the session is
// over, by an event of that name or because the line is refused for it. What is told holds nothing but topics and the
// time: each page fetches by itself what it may see.

import { signedOut } from "./session.js";

const silence = 25000; // milliseconds
const again = 5000; // until the next attempt, where the browser makes none itself

const pages = new Map(); // the topics of each page, by the way it is told
let source = null;
let topics = new Set(); // of source
let acting; // whom the server takes us for; until it has said so, whom the page that asked was made for
let last = null; // what the pages were told last; null until the line is there
let heard = 0; // when the last event came, or the line was opened
let retry = 0;
let watching = 0;

// listen has a page told of its topics, from now on, by tell. It was made for the person whom it names: another one than
// so far has chosen to act as someone else, and is told what that one may know.
export function listen(tell, wanted, as) {
  pages.set(tell, wanted);
  if (!source || as !== acting || silent() || !wanted.every((topic) => topics.has(topic))) open(as);
  else if (last) tell(last);
}

export function leave(tell) {
  pages.delete(tell);
  if (pages.size === 0) close();
}

function open(as) {
  close();
  acting = as;
  topics = new Set([...pages.values()].flat());
  heard = Date.now();
  watching ||= setInterval(look, 1000);
  const opened = new EventSource(`/live?topics=${encodeURIComponent([...topics].sort().join(" "))}`);
  let missed = true; // what happened between two streams
  source = opened;
  opened.addEventListener("news", (event) => {
    if (opened !== source) return;
    let news;
    try {
      news = JSON.parse(event.data);
    } catch {
      return cut();
    }
    acting = news.acting;
    heard = Date.now();
    last = { news, heard, missed };
    missed = false;
    all(last);
  });
  opened.addEventListener("over", () => {
    if (opened === source) end();
  });
  opened.addEventListener("error", () => {
    if (opened !== source) return;
    missed = true;
    cut();
    // A stream that was refused is closed for good; one that was cut is opened again by the browser.
    if (opened.readyState !== EventSource.CLOSED) return;
    retry = setTimeout(open, again, acting);
    signedOut().then((is) => {
      if (is && opened === source) end();
    });
  });
}

// end tells every page that the session is over. Nothing is listened to any more.
function end() {
  close();
  all({ over: true });
  pages.clear();
}

function all(said) {
  for (const tell of pages.keys()) tell(said);
}

function cut() {
  last = null;
  all({});
}

function close() {
  clearTimeout(retry);
  retry = 0;
  source?.close();
  source = null;
  last = null;
}

// look opens the line anew when nothing comes: a connection that says nothing may be dead without knowing.
function look() {
  if (!source || retry || !silent()) return;
  cut();
  open(acting);
}

function silent() {
  return Date.now() - heard > silence;
}
