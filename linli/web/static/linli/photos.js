// Photos from a phone: made smaller before they go, shown before they go, kept when the connection dies.
// The form works without any of it. A photo drawn on a canvas has lost place and device already here.
const LONGEST = 2560, QUALITY = 0.85, SMALL = 160;

async function drawn(file, longest) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)) });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
}

async function shrunk(file) {
  try {
    const canvas = await drawn(file, LONGEST);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // the server says what is wrong with it
  }
}

function ready(form) {
  const input = form.querySelector("input[type=file]"), list = form.querySelector("[data-chosen]");
  const offline = form.querySelector("[data-offline]"), words = (name) => form.querySelector(`[data-words=${name}]`).content.textContent;
  const located = form.querySelector("[data-located]"), where = form.querySelector("[data-where]");
  let preparing = Promise.resolve(), turn = 0;

  // The photos are made smaller while the rest of the form is filled in; a newer choice wins.
  async function prepare(mine) {
    const files = [...input.files], small = new DataTransfer();
    list.replaceChildren();
    list.hidden = !files.length;
    for (const file of files) {
      const item = document.createElement("li");
      list.append(item);
      try {
        const image = new Image();
        image.alt = "";
        image.src = (await drawn(file, SMALL)).toDataURL("image/jpeg", 0.7);
        item.append(image);
      } catch {
        item.textContent = file.name;
      }
      small.items.add(await shrunk(file));
      if (mine !== turn) return;
    }
    input.files = small.files;
  }
  input.addEventListener("change", () => { turn += 1; preparing = prepare(turn); });

  if (where && navigator.geolocation && isSecureContext) {
    where.hidden = false;
    where.querySelector("[data-locate]").addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        for (const name of ["latitude", "longitude"]) form.elements[name].value = coords[name].toFixed(6);
        form.elements.accuracy.value = Math.ceil(coords.accuracy);
        located.textContent = words("located").replace("#", Math.ceil(coords.accuracy));
      }, () => { located.textContent = words("refused"); }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  // Sent by hand, so that a dead connection leaves the page and everything chosen as it stands.
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    offline.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      await preparing;
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") { // taken: the page that follows says so
        const next = new URL(form.dataset.photos, location.href);
        if (next.pathname !== location.pathname) { location.assign(next); return; }
        location.hash = next.hash;
        location.reload();
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page);
    } catch {
      offline.hidden = false;
      offline.scrollIntoView({ block: "nearest" });
    } finally {
      delete form.dataset.sending;
      form.removeAttribute("aria-busy");
    }
  }, { capture: true });

  function show(page) {
    const errors = page.querySelector("form[data-photos] [data-errors], [data-problem]");
    form.querySelector("[data-errors], [data-problem]")?.remove();
    if (!errors) { offline.hidden = false; return; }
    form.prepend(document.adoptNode(errors));
    errors.focus();
  }
  addEventListener("online", () => { offline.hidden = true; });
}

document.querySelectorAll("form[data-photos]").forEach(ready);
