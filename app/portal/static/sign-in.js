// Only comfort: the form works without it. A refused form takes the focus to its problem; a sent one cannot be sent twice.
const form = document.querySelector('form');
form.querySelector('[autofocus]')?.focus();
form.addEventListener('submit', () => form.querySelector('[type=submit]').setAttribute('aria-busy', 'true'));
window.addEventListener('pageshow', () => form.querySelector('[type=submit]').removeAttribute('aria-busy'));
