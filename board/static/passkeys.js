// Passkeys: the browser is asked, and what it answers goes with the form.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (it) => it.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function read(options) {
  const it = JSON.parse(options);
  it.challenge = bytes(it.challenge);
  if (it.user) it.user.id = bytes(it.user.id);
  for (const known of [...(it.excludeCredentials ?? []), ...(it.allowCredentials ?? [])]) known.id = bytes(known.id);
  return it;
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = words(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: words(credential.rawId), type: credential.type, response, clientExtensionResults: {},
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = form.querySelector("button");
  button.hidden = false;
  form.querySelector(".without").hidden = true;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    try {
      const publicKey = read(form.dataset.options);
      form.elements.answer.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      form.requestSubmit();
    } catch {
      form.querySelector(".wrong").hidden = false;
    }
  });
}
