// The switchboard: the shared worker through which all pages of a browser listen on one line. A browser opens six
// connections to one server: with a line for every window, the seventh page would never come.

import { leave, listen } from "./line.js";

addEventListener("connect", ({ ports: [page] }) => {
  const tell = (said) => page.postMessage(said);
  page.addEventListener("message", ({ data: { topics, acting } }) => {
    if (topics) listen(tell, topics, acting);
    else leave(tell);
  });
  page.start();
});
