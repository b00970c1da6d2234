// What the pages gain when a browser runs scripts. Every page says and does the same without it.

import * as clock from "./clock.js";
import { start } from "./components.js";
import { LiveRegion } from "./live-region.js";
import * as passkey from "./passkey.js";
import * as quiet from "./quiet.js";
import * as stream from "./stream.js";
import { TimeLeft } from "./time-left.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
start(document);
clock.start();
passkey.start();
stream.watch();
quiet.listen();
customElements.define("live-region", LiveRegion);
customElements.define("time-left", TimeLeft);
