// The wall says so when its figures are no longer renewed: old figures that look new would mislead a hall.
const stale = (is) => { document.body.toggleAttribute("data-stale", is); };
addEventListener("htmx:afterRequest", (e) => stale(!e.detail.successful || e.detail.xhr.status === 204));
addEventListener("htmx:sendError", () => stale(true));
// Somebody has to sign in: the answer is another page, which is shown whole.
addEventListener("htmx:beforeSwap", (e) => {
  if (!e.detail.xhr.responseText.includes('id="wall"')) { e.detail.shouldSwap = false; location.reload(); }
});
