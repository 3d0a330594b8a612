// The wall of phones: asks the server for its state twice a second and puts the changed parts in place.
// Every word and every part of the page comes from the server in the reader's language; this script only places them.

const POLL_MS = 500;
const SLOWEST_POLL_MS = 5000;
const ANSWER_MS = 5000;
const ACT_SEEN_MS = 80; // what a person did takes effect at the carrier within this
const KEY_LIT_MS = 180;
const FEED_ROWS = 200;
const KEYS = /^[0-9*#]$/;

const root = document.querySelector('[data-simulator]');
const phones = root.querySelector('[data-phones]');
const calls = root.querySelector('[data-calls]');
const feed = root.querySelector('[data-feed]');
const dialog = document.getElementById('add-phone');
const placed = new Map(); // part of the page → the HTML that the server last gave for it
const opened = new Set(); // calls whose receipt the reader opened or closed: theirs to decide from then on

let instance = root.dataset.instance;
let after = Number(root.dataset.after);
let token = root.dataset.formToken;
let pause = POLL_MS;
let timer = 0;
let polling = false;
let again = false;

const element = html => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  return holder.content.firstElementChild;
};

const changed = (key, html) => {
  if (placed.get(key) === html) return false;
  placed.set(key, html);
  return true;
};

// ---- what the server says ----

function placePhone(phone) {
  let card = document.getElementById(phone.key);
  if (!card) {
    if (!phone.card) return;
    card = element(phone.card);
    phones.append(card);
  }
  card.dataset.s = phone.tone;
  card.dataset.keys = phone.keys;
  const tag = card.querySelector('[data-tag]');
  tag.hidden = !phone.label;
  tag.dataset.s = phone.tone;
  tag.querySelector('[data-tag-letter]').textContent = phone.label;
  if (changed(`${phone.key} screen`, phone.screen)) {
    card.querySelector('[data-part=screen]').innerHTML = phone.screen;
  }
  placeHeard(card, phone);
  placeActs(card, phone);
}

function placeHeard(card, phone) {
  const list = card.querySelector('[data-heard]');
  const key = `${phone.key} heard`;
  const before = placed.get(key) || [];
  placed.set(key, phone.heard);
  const grown = before.length > 0 && before.every((line, index) => line === phone.heard[index]);
  if (grown && before.length === phone.heard.length) return;
  if (grown) list.append(...phone.heard.slice(before.length).map(element));
  else list.replaceChildren(...phone.heard.map(element));
  list.parentNode.scrollTop = list.parentNode.scrollHeight;
}

function placeActs(card, phone) {
  if (!changed(`${phone.key} acts`, phone.acts)) return;
  const acts = card.querySelector('[data-part=acts]');
  const focused = acts.contains(document.activeElement);
  acts.innerHTML = phone.acts;
  if (focused) acts.querySelector('button')?.focus();
}

function placeCalls(list) {
  const sids = new Set(list.map(call => call.sid));
  for (const row of [...calls.children]) if (!sids.has(row.dataset.call)) row.remove();
  list.forEach((call, index) => {
    let row = [...calls.children].find(each => each.dataset.call === call.sid);
    if (!row || changed(`call ${call.sid}`, call.html)) {
      const next = element(call.html);
      const details = row?.querySelector('details');
      if (details && opened.has(call.sid)) next.querySelector('details').open = details.open;
      const focused = row?.contains(document.activeElement);
      if (row) row.replaceWith(next);
      row = next;
      placed.set(`call ${call.sid}`, call.html);
      if (focused) row.querySelector('summary')?.focus();
    }
    if (calls.children[index] !== row) calls.insertBefore(row, calls.children[index] || null);
  });
}

function placeFeed(lines) {
  for (const line of lines) {
    feed.prepend(element(line.html));
    after = Math.max(after, line.seq);
  }
  while (feed.children.length > FEED_ROWS) feed.lastElementChild.remove();
}

function place(state) {
  if (state.instance !== instance) { // the server was started again: its feed and its calls began anew
    instance = state.instance;
    after = 0;
    feed.replaceChildren();
    placed.clear();
  }
  if (state.form_token) token = state.form_token;
  document.querySelector('[data-clock]').textContent = state.clock;
  document.querySelector('[data-pause]').setAttribute('aria-pressed', state.paused);
  for (const speed of document.querySelectorAll('[name=speed]')) speed.checked = Number(speed.value) === state.speed;
  for (const [name, on] of Object.entries(state.disturbances)) {
    root.querySelector(`[data-disturb=${name}]`).setAttribute('aria-pressed', on);
    root.querySelector(`[data-told-of=${name}]`).hidden = !on;
  }
  const strip = root.querySelector('[data-strip]');
  if (changed('strip', state.strip) && !strip.contains(document.activeElement)) strip.innerHTML = state.strip;
  const keys = new Set(state.phones.map(phone => phone.key));
  for (const card of [...phones.children]) if (!keys.has(card.id)) card.remove();
  state.phones.forEach(placePhone);
  placeCalls(state.calls);
  placeFeed(state.feed);
}

function showLive(on) {
  const live = root.querySelector('[data-live]');
  if (live.dataset.s === (on ? 'on' : 'miss')) return;
  live.dataset.s = on ? 'on' : 'miss';
  live.querySelector('[data-live-on]').hidden = !on;
  live.querySelector('[data-live-off]').hidden = on;
  document.querySelector('[data-lost-toast]')?.remove();
  if (!on) say(root.dataset.lost).dataset.lostToast = '';
}

// ---- asking ----

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return; // asked again when somebody looks
  if (polling) { again = true; return; }
  polling = true;
  again = false;
  try {
    const query = new URLSearchParams({ after, instance, phones: [...phones.children].map(card => card.id), lang: root.dataset.lang });
    const answer = await fetch(`${root.dataset.stateUrl}?${query}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) throw new Error(answer.status);
    place(await answer.json());
    showLive(true);
    pause = POLL_MS;
  } catch {
    showLive(false);
    pause = Math.min(pause * 2, SLOWEST_POLL_MS);
  } finally {
    polling = false;
    timer = setTimeout(poll, again ? 0 : pause);
  }
}

// ---- doing ----

let queue = Promise.resolve(); // keys arrive in the order in which they were pressed

function send(act, fields) {
  queue = queue.then(async () => {
    try {
      const answer = await fetch(`${root.dataset.actUrl}${act}?lang=${root.dataset.lang}`, {
        method: 'POST',
        headers: { 'X-Form-Token': token, Accept: 'application/json' },
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (!answer.ok) say((await answer.json()).detail);
    } catch {
      say(root.dataset.failed);
    }
    setTimeout(poll, ACT_SEEN_MS);
  });
}

function say(sentence) {
  const toast = document.createElement('p');
  toast.className = 'toast';
  toast.append(sentence);
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'btn s';
  close.textContent = root.dataset.close;
  close.addEventListener('click', () => toast.remove());
  toast.append(close);
  document.querySelector('[data-toasts]').replaceChildren(toast);
  return toast;
}

const input = card => card.querySelector('[data-dial] input');

function act(card, name) {
  const fields = { phone: card.dataset.number };
  if (name === 'dial') {
    fields.to = input(card).value;
    if (!fields.to.trim()) input(card).focus();
  }
  send(name, fields);
}

function press(card, key) {
  const button = card.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add('hit');
  setTimeout(() => button.classList.remove('hit'), KEY_LIT_MS);
  if (card.dataset.keys === 'dial') input(card).value += key;
  else if (card.dataset.keys === 'press') send('press', { phone: card.dataset.number, digits: key });
}

function tryCall(number) {
  const card = [...phones.children].find(each => each.dataset.keys === 'dial');
  if (!card) return;
  input(card).value = number;
  card.scrollIntoView({ block: 'nearest', inline: 'center' });
  send('dial', { phone: card.dataset.number, to: number });
}

document.addEventListener('click', event => {
  const target = event.target.closest('button, summary');
  if (!target) return;
  const card = target.closest('.ph');
  const data = target.dataset;
  if (data.act) act(card, data.act);
  else if (data.key) press(card, data.key);
  else if (data.try) tryCall(data.try);
  else if (data.disturb) send('disturbances', { name: data.disturb, on: target.ariaPressed === 'true' ? 0 : 1 });
  else if ('pause' in data) send('clock', { paused: target.ariaPressed === 'true' ? 0 : 1 });
  else if (data.open) document.getElementById(data.open).showModal();
  else if ('closeDialog' in data) dialog.close();
  else if (target.matches('[data-call] summary')) opened.add(target.closest('[data-call]').dataset.call);
});

document.addEventListener('change', event => {
  if (event.target.name === 'speed') send('clock', { speed: event.target.value });
});

document.addEventListener('submit', event => {
  if (!event.target.matches('[data-dial]')) return;
  event.preventDefault();
  act(event.target.closest('.ph'), 'dial');
});

phones.addEventListener('keydown', event => {
  const card = event.target.closest('.ph');
  if (!card || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape') {
    const end = card.querySelector('[data-act=hang-up], [data-act=reject]');
    if (end) act(card, end.dataset.act);
  } else if (event.target.matches('input')) return;
  else if (KEYS.test(event.key)) {
    event.preventDefault();
    press(card, event.key);
  } else if (event.key === 'Backspace' && card.dataset.keys === 'dial') {
    input(card).value = input(card).value.slice(0, -1);
  } else if (event.key === 'Enter' && !event.target.matches('button')) {
    const first = card.querySelector('[data-act=answer], [data-act=dial]');
    if (first) act(card, first.dataset.act);
  }
});

document.addEventListener('phone-added', () => {
  dialog.close();
  dialog.querySelector('form').reset();
  for (const wrong of dialog.querySelectorAll('.err, .note')) wrong.remove();
  for (const field of dialog.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  poll();
});

document.addEventListener('htmx:configRequest', event => {
  event.detail.headers['X-Form-Token'] = token;
});
document.addEventListener('htmx:sendError', () => say(root.dataset.failed));
document.addEventListener('htmx:afterSwap', () => dialog.querySelector('[aria-invalid]')?.focus());
document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });

poll();
