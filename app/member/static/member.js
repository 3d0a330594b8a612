// Makes the member's pages quicker. Everything here also works without it.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const TOAST_MS = 8000;

// A toast goes after a while, but never while somebody is on it.
const expire = toast => {
  let left;
  const wait = () => { left = setTimeout(() => toast.remove(), TOAST_MS); };
  const stay = () => clearTimeout(left);
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", wait);
  toast.addEventListener("focusout", wait);
  wait();
};

const say = sentence => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(sentence);
  $("#toasts").replaceChildren(toast);
  expire(toast);
};

// The switch shows its new state at once; the answer confirms it or puts it back.
const showSwitch = (button, on) => {
  button.setAttribute("aria-checked", String(on));
  const card = button.closest(".akari");
  card.dataset.s = on ? "on" : "off";
  $(".big", card).textContent = on ? button.dataset.on : button.dataset.off;
};

const isOn = button => button.getAttribute("aria-checked") === "true";

// The settings' bar counts what was changed and not yet saved.
const fieldsOf = form => [...form.elements].filter(field => field.name && field.type !== "hidden" && field.type !== "submit");
const differs = field => {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some(option => option.selected !== option.defaultSelected && option.selected);
  return field.value !== field.defaultValue;
};
const count = form => new Set(fieldsOf(form).filter(differs).map(field => field.name)).size;

const showChanges = form => {
  const bar = $(".save");
  if (!bar) return;
  const changes = count(form), told = $("[data-changes]", bar);
  bar.hidden = !changes;
  $("[data-reset]", bar).hidden = !changes;
  told.textContent = changes === 1 ? told.dataset.one : changes ? told.dataset.many.replace("{count}", changes) : "";
};

const prepare = within => {
  $$("[data-needless]", within).forEach(button => { button.hidden = true; });
  $$("[data-copy]", within).forEach(button => { button.hidden = !navigator.clipboard; });
  $$("[data-toast]").forEach(toast => { if (!toast.dataset.expires) { toast.dataset.expires = "1"; expire(toast); } });
  const settings = $("[data-settings]");
  if (settings) showChanges(settings);
};

document.addEventListener("click", event => {
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => say(copy.dataset.copied));
});
document.addEventListener("change", event => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});
document.addEventListener("input", event => {
  const form = event.target.form;
  if (form && form.matches("[data-settings]")) showChanges(form);
});
document.addEventListener("reset", event => setTimeout(() => showChanges(event.target)));
document.addEventListener("htmx:beforeRequest", event => {
  const button = $(".sw", event.target);
  if (!button) return;
  button.dataset.was = String(isOn(button));
  showSwitch(button, !isOn(button));
  button.setAttribute("aria-busy", "true");
});
const putBack = event => {
  const button = $(".sw", event.target);
  if (button && button.dataset.was) {
    showSwitch(button, button.dataset.was === "true");
    button.removeAttribute("aria-busy");
  }
};
document.addEventListener("htmx:responseError", event => {
  putBack(event);
  let told = "";
  try { told = JSON.parse(event.detail.xhr.responseText).detail; } catch { /* no problem details */ }
  say(told || $("#toasts").dataset.failed);
});
document.addEventListener("htmx:sendError", event => { putBack(event); say($("#toasts").dataset.failed); });
document.addEventListener("htmx:load", event => prepare(event.target.parentNode || document));
prepare(document);
