// What the pages gain when a browser runs scripts. Every page says and does the same without it.

import { Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, createAll } from "govuk-frontend";

import { LiveRegion } from "./live-region.js";
import { TimeLeft } from "./time-left.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink]) {
  createAll(component);
}
customElements.define("live-region", LiveRegion);
customElements.define("time-left", TimeLeft);
