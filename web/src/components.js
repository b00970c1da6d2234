// The Design System's components that gain something from scripts.

import { Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { Exit } from "./exit.js";

const components = [Button, Checkboxes, ErrorSummary, Exit, NotificationBanner, Radios, ServiceNavigation, SkipLink];

// start makes the components within scope work, those that do not yet.
export function start(scope) {
  for (const Component of components) {
    const name = Component.moduleName;
    for (const root of scope.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) {
      new Component(root);
    }
  }
}
