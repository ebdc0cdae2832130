// A security key answers the page: data-webauthn="create" or "get", what is asked in data-options.
const $ = (query, root) => root.querySelector(query);
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function asked({ publicKey }) {
  const opened = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) opened.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (publicKey[list]) opened[list] = publicKey[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return { publicKey: opened };
}

function answered(key) {
  const { response } = key;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[part]) said[part] = text(response[part]);
  if (response.getTransports) said.transports = response.getTransports();
  return { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), authenticatorAttachment: key.authenticatorAttachment, response: said };
}

for (const form of document.querySelectorAll("form[data-webauthn]")) {
  const button = $("[data-use-key]", form);
  const failed = $("[data-key-failed]", form);
  if (!window.PublicKeyCredential || form.dataset.options === '""') continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      const key = await navigator.credentials[form.dataset.webauthn](asked(JSON.parse(form.dataset.options)));
      form.elements.credential.value = JSON.stringify(answered(key));
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
