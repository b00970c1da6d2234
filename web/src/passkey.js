// A form that is sent with a passkey: pressed, it asks the server what to ask the device for, asks the device, and is sent
// with the answer. data-passkey is where to ask; with data-passkey-new a new one is made.

const problems = {
  NotAllowedError: "That was stopped, or took too long. Try once more.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "This address can have no passkeys.",
};

// ask gets a passkey from the device, as the text that the server reads.
async function ask(form) {
  const response = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  if (response.type === "opaqueredirect") return location.reload(); // it is to be shown once more who asks
  if (!response.ok) throw new Error(String(response.status));
  const { publicKey } = await response.json();
  const credential =
    "passkeyNew" in form.dataset
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return JSON.stringify(credential.toJSON());
}

async function press(event) {
  const form = event.currentTarget;
  if (form.elements.answer.value) return;
  event.preventDefault();
  const problem = form.querySelector("[data-passkey-problem]");
  problem.textContent = "";
  try {
    const answer = await ask(form);
    if (!answer) return;
    form.elements.answer.value = answer;
    form.submit();
  } catch (error) {
    problem.textContent = problems[error.name] ?? "That did not work. Try once more, or sign in another way.";
  }
}

// start makes the forms of a page that are sent with a passkey work.
export function start() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) form.addEventListener("submit", press);
    else form.hidden = true;
  }
}
