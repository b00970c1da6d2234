// What a page does whose session is over: it empties itself, so that nobody reads it who finds the screen, and leads to
// signing in. The line to the server says so at once. Where the server is out of reach the page knows by itself when the
// session has run out unused, as the last word of the line said how long it has left.

const every = 1000; // milliseconds

const answered = 10000; // milliseconds, within which a form that was sent leads on by itself

let over = Infinity; // when the session has run out, by this browser's clock
let sent = -Infinity; // when a form was sent that leads to another page

addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sent = Date.now();
});

// left notes how many seconds the session has left, as heard at an instant; undefined where there is no session to run out.
export function left(seconds, heard) {
  over = seconds === undefined ? Infinity : heard + seconds * 1000;
}

// signedOut asks the server whether nobody is signed in here. Where it does not answer, nobody knows.
export async function signedOut() {
  const stop = new AbortController();
  try {
    const answer = await fetch("/live?topics=", { credentials: "same-origin", cache: "no-store", signal: stop.signal });
    if (answer.status === 401) return true;
    return answer.ok ? false : undefined;
  } catch {
    return undefined;
  } finally {
    stop.abort(); // or it would be a line that nobody listens on
  }
}

// leave empties the page, and leads to signing in. Who has just pressed "Sign out" is led on by the answer to that, which
// says more: to their organisation's own sign-out, or that all is done.
export function leave() {
  over = Infinity;
  document.title = "Signed out";
  document.body.replaceChildren();
  const then = `/sign-in?then=${encodeURIComponent(location.pathname + location.search)}`;
  setTimeout(() => location.replace(then), Math.max(0, sent + answered - Date.now()));
}

// watch looks whether the session has run out. It may have been used in another window: the server knows, and where it does
// not answer the page is emptied.
export function watch() {
  setInterval(async () => {
    if (Date.now() < over) return;
    over = Date.now() + 60000; // whatever comes of it, no more than once a minute
    if ((await signedOut()) !== false) leave();
  }, every);
}
