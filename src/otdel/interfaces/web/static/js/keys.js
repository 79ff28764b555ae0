// Passkeys and security keys: the browser's ceremony between a button and its form. Without support the button says so.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create({ publicKey }, alone) {
  const chosen = { ...publicKey.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
  if (alone) chosen.userVerification = "required";
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: known(publicKey.excludeCredentials), authenticatorSelection: chosen,
  } });
  const { clientDataJSON, attestationObject } = made.response;
  return packed(made, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports: made.response.getTransports?.() ?? [] });
}
async function get({ publicKey }) {
  const found = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return packed(found, {
    clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}
const packed = (made, response) => ({
  type: made.type, id: made.id, rawId: text(made.rawId), response,
  authenticatorAttachment: made.authenticatorAttachment ?? null, clientExtensionResults: made.getClientExtensionResults(),
});

async function options(form) {
  const own = form.querySelector("script[type='application/json']");
  if (own) return JSON.parse(own.textContent);
  return (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
}
for (const form of document.querySelectorAll("form[data-key]")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { creation_options, request_options } = await options(form);
      const alone = form.elements.passwordless?.checked ?? false;
      const answer = creation_options ? await create(creation_options, alone) : await get(request_options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      window.otdel?.toast(form.dataset.failed, { tone: "bad" });
    }
  });
}
