// Quiet forms send themselves without leaving the page: <form data-quiet>. What came of it is brought into the page by
// its live regions. Where that does not work out, the form is sent as it is without scripts.

export function listen() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("quiet" in form.dataset)) return;
    event.preventDefault();
    send(form, event.submitter);
  });
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  try {
    // Every button leads on to a page, which is not fetched: the live regions show what it would.
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    if (answer.type !== "opaqueredirect") throw new Error(`${answer.status}`);
  } catch {
    sendLoudly(form, button);
    return;
  }
  form.reset();
  form.closest("live-region")?.refresh();
}

// sendLoudly sends the form as the browser does, with the button that was pressed.
function sendLoudly(form, button) {
  delete form.dataset.quiet;
  form.requestSubmit(button ?? undefined);
}
