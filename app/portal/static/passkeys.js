// Passkeys: ask the browser for one (form.passkey) or to make one (form.new-passkey), and send its answer as a form.
const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), one => one.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function options(form) {
  const token = form.querySelector('[name=form_token]').value;
  const answer = await fetch(form.dataset.options, {
    method: 'POST',
    headers: {'X-Form-Token': token, 'Content-Type': 'application/x-www-form-urlencoded'},
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const given = await answer.json();
  const described = list => (list ?? []).map(one => ({...one, id: bytes(one.id)}));
  given.challenge = bytes(given.challenge);
  given.allowCredentials = described(given.allowCredentials);
  given.excludeCredentials = described(given.excludeCredentials);
  if (given.user) given.user.id = bytes(given.user.id);
  return given;
}

function send(form, credential) {
  const response = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  form.querySelector('[name=credential]').value = JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
  form.submit();
}

const failed = form => { form.querySelector('.err').hidden = false; };

// The browser also offers passkeys in the field of the mail address, until the button is pressed.
let waiting;
async function offer(form) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  waiting = new AbortController();
  try {
    const publicKey = await options(form);
    send(form, await navigator.credentials.get({publicKey, mediation: 'conditional', signal: waiting.signal}));
  } catch { /* The button is still there. */ }
}

async function ask(form) {
  waiting?.abort();
  form.querySelector('.err').hidden = true;
  try {
    send(form, await navigator.credentials.get({publicKey: await options(form)}));
  } catch { failed(form); }
}

async function make(form) {
  form.querySelector('.err').hidden = true;
  try {
    send(form, await navigator.credentials.create({publicKey: await options(form)}));
  } catch { failed(form); }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form.passkey, form.new-passkey')) {
    const act = form.matches('.passkey') ? ask : make;
    form.hidden = false;
    form.querySelector('button').addEventListener('click', () => act(form));
    if (act === ask) offer(form);
  }
}
