// The doors: asks the server for their state twice a second and puts the changed parts in place.
// Every word and every part of the page comes from the server in the reader's language.

const POLL_MS = 500;
const SLOWEST_POLL_MS = 5000;
const ANSWER_MS = 5000;

const root = document.querySelector('[data-doors]');
const placed = new Map();
let pause = POLL_MS;
let timer = 0;

function place(name, html) {
  if (placed.get(name) === html) return;
  const part = root.querySelector(`[data-part="${CSS.escape(name)}"]`);
  if (!part) return;
  const frame = part.querySelector('.frame');
  placed.set(name, html);
  const holder = document.createElement('template');
  holder.innerHTML = html;
  const next = holder.content.querySelector('.frame');
  if (frame && next) { // the same door swings: a new one would stand open at once
    frame.dataset.open = next.dataset.open;
    next.replaceWith(frame);
  }
  const list = part.querySelector('.decisions');
  const focused = list !== null && list === document.activeElement;
  part.replaceChildren(holder.content);
  if (focused) part.querySelector('.decisions')?.focus();
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return; // asked again when somebody looks
  try {
    const answer = await fetch(`${root.dataset.stateUrl}?lang=${root.dataset.lang}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) throw new Error(answer.status);
    const state = await answer.json();
    for (const [name, html] of Object.entries(state.parts)) place(name, html);
    root.querySelector('[data-lost]').hidden = true;
    pause = POLL_MS;
  } catch {
    root.querySelector('[data-lost]').hidden = false;
    pause = Math.min(pause * 2, SLOWEST_POLL_MS);
  } finally {
    timer = setTimeout(poll, pause);
  }
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });

poll();
