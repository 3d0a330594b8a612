// The call that is shown is marked in the table, and comes into view where the panel stands below it.
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = document.getElementById("panel");
  if (!panel || event.detail.target?.id !== "panel") return;
  const source = event.detail.requestConfig.elt.closest("tr");
  for (const row of document.querySelectorAll("tr[aria-selected]")) row.removeAttribute("aria-selected");
  if (source) source.setAttribute("aria-selected", "true");
  if (panel.getBoundingClientRect().top > window.innerHeight * 0.8) {
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "start" });
  }
});
