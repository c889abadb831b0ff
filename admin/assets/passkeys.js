// Where a button of a form says so, asks the browser for a passkey, and sends the form with the answer.
"use strict";
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  // Browsers want bytes where JSON has base64url.
  function read(json) {
    const options = JSON.parse(json);
    options.challenge = bytes(options.challenge);
    if (options.user) {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = keys(options.excludeCredentials);
    } else {
      options.allowCredentials = keys(options.allowCredentials);
    }
    return options;
  }

  function written(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    const { id, type } = credential;
    return JSON.stringify({ id, rawId: text(credential.rawId), type, response });
  }

  async function ask(button) {
    const form = button.form;
    const tell = (name, isShown) => {
      for (const note of form.querySelectorAll(`[data-passkey-note=${name}]`)) note.hidden = !isShown;
    };
    tell("failed", false);
    tell("known", false);
    button.disabled = true;
    try {
      const credential = await navigator.credentials[button.dataset.passkey]({
        publicKey: read(button.dataset.options),
      });
      form.elements.credential.value = written(credential);
      button.disabled = false;
      form.requestSubmit(button);
    } catch (error) {
      button.disabled = false;
      tell(error.name === "InvalidStateError" ? "known" : "failed", true);
    }
  }

  if (!window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    for (const note of button.form.querySelectorAll("[data-passkey-note=missing]")) note.hidden = true;
    button.hidden = false;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      ask(button);
    });
  }
})();
