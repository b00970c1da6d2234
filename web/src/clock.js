// The plan's clock: real time, or a rehearsal's that runs faster. It starts from what the page was made with
// (<html data-now data-speed>) and is set again by every event.

let planned = Date.now(); // the plan's time, in milliseconds, at
let real = Date.now(); // this browser's time
let speed = 1; // 0 is paused

// set says what the plan's time was at an instant of this browser's.
export function set(now, runs, then = Date.now()) {
  const at = Date.parse(now);
  if (Number.isNaN(at)) return;
  planned = at;
  real = then;
  speed = Number.isFinite(runs) ? runs : 1;
}

export function now() {
  return planned + (Date.now() - real) * speed;
}

// start takes the page's time, less what it has been on the way and lain here: the first byte came at responseStart.
export function start() {
  const { now: at, speed: runs } = document.documentElement.dataset;
  if (!at) return;
  set(at, Number.parseFloat(runs ?? "1"));
  const [page] = performance.getEntriesByType("navigation");
  if (page?.responseStart) real = performance.timeOrigin + page.responseStart;
}
