// The live stream says that something changed for the reader; what hangs on `live` is then asked for anew.
// While no stream is open the same is done every half minute. A hidden page asks for nothing.
const { body } = document, address = body.dataset.live, EVERY = 30000, AGAIN = 60000;
let stream = null, opened = 0, tries = null;
const renew = () => body.dispatchEvent(new Event("live"));

function open() {
  clearTimeout(tries);
  if (!address || document.hidden || stream || !("EventSource" in window)) return;
  stream = new EventSource(address, { withCredentials: true });
  // What changed while it was away is not told again.
  stream.addEventListener("open", () => { body.setAttribute("data-live-open", ""); if (opened++) renew(); });
  stream.addEventListener("changed", renew);
  stream.addEventListener("error", () => {
    body.removeAttribute("data-live-open");
    if (stream?.readyState !== EventSource.CLOSED) return;
    stream = null;
    tries = setTimeout(open, AGAIN);
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { open(); renew(); return; }
  stream?.close();
  stream = null;
});
setInterval(() => { if (!document.hidden && stream?.readyState !== EventSource.OPEN) renew(); }, EVERY);
open();
