// Only comfort: the forms work without it. A refused form takes the focus to its problem; a sent one cannot be sent twice.
document.querySelector('[autofocus]')?.focus();
for (const form of document.querySelectorAll('form:not(.passkey)')) {
  const button = form.querySelector('[type=submit]');
  form.addEventListener('submit', () => button?.setAttribute('aria-busy', 'true'));
  window.addEventListener('pageshow', () => button?.removeAttribute('aria-busy'));
}
