import { Idiomorph } from "idiomorph";

import { start } from "./components.js";
import * as stream from "./stream.js";

// LiveRegion keeps <live-region src="/board?fragment=list" topic="board">…</live-region> as the server would write it
// now. On an event of one of its topics it fetches src and changes only what differs: the focus, what was typed and what
// was opened stay.
export class LiveRegion extends HTMLElement {
  stale = false; // an event spoke of something it does not show yet
  #fetching = false;
  #again = false; // something changed since the fetch under way began

  get topics() {
    return (this.getAttribute("topic") ?? "").split(/\s+/).filter(Boolean);
  }

  connectedCallback() {
    stream.join(this);
  }

  disconnectedCallback() {
    stream.leave(this);
  }

  // refresh fetches the region. However many events come meanwhile, one more fetch follows, not one each.
  async refresh() {
    this.stale = true;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = true;
    try {
      do {
        this.#again = false;
        const html = await this.#fetch();
        if (!this.isConnected) return;
        morph(this, html);
      } while (this.#again);
      this.stale = false;
      stream.settle();
    } catch {
      stream.fail();
    } finally {
      this.#fetching = false;
    }
  }

  async #fetch() {
    const answer = await fetch(this.getAttribute("src"), {
      // The server refuses it to whoever acts as someone else than the page was made for.
      headers: { "X-Requested-With": "live-region", "Acting-As": document.documentElement.dataset.acting ?? "" },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error", // another page, as to sign in, is not this region
      signal: AbortSignal.timeout?.(15000),
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.text();
  }
}

function morph(region, html) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  Idiomorph.morph(region, html, {
    morphStyle: "innerHTML",
    callbacks: { beforeNodeMorphed: mayChange, beforeAttributeUpdated: mayUpdate },
  });
  start(region);
  document.dispatchEvent(new Event("allclear:clock")); // the server's times are as old as its answer
  // What had the focus may have been made anew.
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
}

// mayChange leaves alone what a person has typed or chosen and not sent, and regions that keep themselves.
function mayChange(node) {
  if (node instanceof LiveRegion) return false;
  if (node instanceof HTMLInputElement && node.type !== "hidden") {
    return node.value === node.defaultValue && node.checked === node.defaultChecked;
  }
  if (node instanceof HTMLTextAreaElement) return node.value === node.defaultValue;
  if (node instanceof HTMLSelectElement) return node.selectedIndex === Math.max(0, [...node.options].findIndex((o) => o.defaultSelected));
  return true;
}

// mayUpdate leaves alone what was opened, and what scripts have written.
function mayUpdate(name, node) {
  if (name === "open" && node instanceof HTMLDetailsElement) return false;
  if (node.localName === "time-left" && (name === "role" || name === "data-state")) return false;
  return !/^data-govuk-.*-init$/.test(name);
}
