"""Server-rendered pages: one template environment, two languages, strict headers, forms that are ours.

- `pages.Pages` renders a template for a reader; `pages.build_pages` gathers templates, static files and translations
  of the packages that have pages (each a folder with `templates/`, `static/` and `locale/`).
- `forms.form_route` is the only way a page takes a POST: it checks the form token before the handler runs.
- `security_headers.SecurityHeaders` wraps the whole application.

HTMX conventions. A page works without it; HTMX only swaps the part that changed. It is configured by a meta tag in
`kit/layout.html`: no eval, no style tag of its own, 422 answers are swapped in like any other (the form comes back with
its problems). Every request carries the form token in `X-Form-Token` (`hx-headers` on `<body>`). No `hx-on`, no trigger
filters, no inline script or style anywhere: the content security policy refuses them.

Texts. The English sentence is the message id, in templates (`_("Sign in")`) and in Python (`translatable("Ringing")`
in a table, `reader.gettext(...)` at the place of use); so English is complete by construction and Japanese stands in
`locale/ja/LC_MESSAGES/messages.po` of the package. `scripts/check_translations.py` fails on anything missing.
"""
