// Exit this page: the Design System hides what is on the screen and leads away. Ours leaves no way back to it either: the
// page that is left is taken out of the tab's history, so that the Back button does not show it.

import { ExitThisPage } from "govuk-frontend";

export class Exit extends ExitThisPage {
  exitPage() {
    super.exitPage();
    window.location.replace(this.$button.href);
  }
}
