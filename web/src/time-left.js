import * as clock from "./clock.js";
import { left } from "./span.js";

const soon = 5 * 60000; // milliseconds

// TimeLeft keeps <time-left until="2026-11-22T15:04:05Z">12 min left</time-left> right as the plan's clock runs. Its
// state, for the style sheet, is "ahead", "soon" or "over"; the words say it without colour too.
export class TimeLeft extends HTMLElement {
  static observedAttributes = ["until"];

  connectedCallback() {
    this.setAttribute("role", "timer"); // which nobody reads out each time it changes
    this.tick = () => this.show();
    this.timer = setInterval(this.tick, 1000);
    document.addEventListener("allclear:clock", this.tick);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("allclear:clock", this.tick);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const until = Date.parse(this.getAttribute("until") ?? "");
    if (Number.isNaN(until)) return; // what the server wrote stays
    const ahead = until - clock.now();
    const words = left(ahead);
    const state = ahead < 0 ? "over" : ahead < soon ? "soon" : "ahead";
    if (this.textContent !== words) this.textContent = words;
    if (this.dataset.state !== state) this.dataset.state = state;
  }
}
