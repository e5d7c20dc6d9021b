// The upload page: photos are chosen, dropped or taken, get a note, and are sent with progress.

import { bdi, h, makeExact } from "./dom.js";

/** The maximum size of a photo, the same as the server's. */
const LARGEST = 10 << 20;

const problem = document.getElementById("problem");
const status = document.getElementById("status");
const submit = document.getElementById("submit");
const cards = [...document.querySelectorAll("[data-item]")];
const takesNotes = !("withoutNotes" in submit.dataset);
const action = submit.getAttribute("action").replace(/\/submit$/, "");

/** The photos that are chosen but not uploaded. */
const chosen = new Map();

function fail(message) {
  problem.replaceChildren(bdi(message));
  problem.hidden = false;
  problem.focus();
}

/**
 * Sends a form's body, and returns the JSON of the answer. `onProgress` receives a number up to 1.
 */
function post(path, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${action}/${path}`);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress?.(loaded / total));
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Error(request.response?.error.message ?? `The sandbox answered ${request.status}`));
    });
    request.addEventListener("error", () => reject(new Error("The photo was not sent: the sandbox doesn't answer")));
    request.send(body);
  });
}

function count() {
  const total = document.querySelectorAll(".picture").length;
  status.textContent = total === 0 ? "" : total === 1 ? "1 photo" : `${total} photos`;
}

/** Removes a photo from the page, and keeps the keyboard focus. */
function take(picture) {
  const card = picture.closest("[data-item]");
  chosen.delete(picture);
  picture.remove();
  count();
  card.querySelector(".pick:last-of-type input").focus();
}

const size = (bytes) => `${Math.ceil(bytes / 1024)} KiB`;

function preview(source, name) {
  const image = h("img", { src: source, alt: name, width: 96, height: 96 });
  // Not every browser shows HEIC.
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "blank", role: "img", "aria-label": name })));
  return image;
}

function choose(card, file) {
  if (file.size > LARGEST) return fail(`${file.name} is larger than 10 MiB.`);
  if (!file.type.startsWith("image/") && !/\.(heic|heif)$/i.test(file.name)) return fail(`${file.name} is not a photo.`);
  problem.hidden = true;
  const source = URL.createObjectURL(file);
  const note = takesNotes && h("input", { maxlength: "500", placeholder: "Note", "aria-label": `Note for ${file.name}`, dir: "auto" });
  const picture = h(
    "li",
    { class: "picture" },
    preview(source, file.name),
    h("div", {}, h("p", { class: "name" }, bdi(file.name)), h("p", { class: "quiet" }, size(file.size)), note),
    h(
      "button",
      {
        type: "button",
        "aria-label": `Remove ${file.name}`,
        onclick: () => {
          URL.revokeObjectURL(source);
          take(picture);
        },
      },
      "Remove",
    ),
  );
  chosen.set(picture, { card, file, note });
  card.querySelector(".pictures").append(picture);
  count();
}

/** Shows an uploaded photo. */
function add(card, { id, name, note, size: bytes, url }) {
  const remove = h("form", {}, h("button", { "aria-label": `Remove ${name}` }, "Remove"));
  const picture = h(
    "li",
    { class: "picture", "data-photo": id },
    preview(url, name),
    h("div", {}, h("p", { class: "name" }, bdi(name)), note && h("p", {}, bdi(note)), h("p", { class: "quiet" }, size(bytes))),
    remove,
  );
  onRemove(picture, remove);
  card.querySelector(".pictures").append(picture);
  count();
}

function onRemove(picture, form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post("remove", new URLSearchParams({ photo: picture.dataset.photo }));
      take(picture);
    } catch (error) {
      fail(error.message);
    }
  });
}

async function upload(picture, { card, file, note }) {
  const progress = h("progress", { max: "1", value: "0", "aria-label": `Sending ${file.name}` });
  picture.querySelector("div").append(progress);
  const body = new FormData();
  body.append("item", card.dataset.item);
  if (note) body.append("note", note.value);
  body.append("photo", file);
  try {
    const { photos } = await post("photos", body, (part) => (progress.value = part));
    chosen.delete(picture);
    picture.remove();
    for (const photo of photos) add(card, photo);
  } catch (error) {
    progress.remove();
    throw new Error(`${file.name}: ${error.message}`);
  }
}

for (const card of cards) {
  for (const input of card.querySelectorAll("input[type=file]")) {
    const read = () => {
      for (const file of input.files) choose(card, file);
      input.value = "";
    };
    input.addEventListener("change", read);
    // A person can choose photos before this script runs.
    read();
  }
  card.addEventListener("dragover", (event) => {
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("over"));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("over");
    for (const file of event.dataTransfer.files) choose(card, file);
  });
  for (const picture of card.querySelectorAll("[data-photo]")) onRemove(picture, picture.querySelector("form"));
  card.querySelector(".samples").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { photos } = await post("samples", new URLSearchParams({ item: card.dataset.item }));
      for (const photo of photos) add(card, photo);
    } catch (error) {
      fail(error.message);
    }
  });
}

// A photo that is dropped next to a card would replace the page.
for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());

submit.addEventListener("submit", async (event) => {
  event.preventDefault();
  const lacking = cards.find((card) => "required" in card.dataset && !card.querySelector(".picture"));
  if (lacking) {
    const title = lacking.querySelector("h2 bdi").textContent;
    return fail(`Add a photo: ${title}`);
  }
  if (!document.querySelector(".picture")) return fail("Add a photo first.");
  const button = submit.querySelector("button");
  button.disabled = true;
  problem.hidden = true;
  try {
    let done = 0;
    const total = chosen.size;
    for (const [picture, photo] of chosen) {
      done += 1;
      status.textContent = `Sending ${done} of ${total}`;
      await upload(picture, photo);
    }
    submit.submit();
  } catch (error) {
    button.disabled = false;
    count();
    fail(error.message);
  }
});

makeExact();
// A page restored from the browser's history has a disabled button.
addEventListener("pageshow", () => (submit.querySelector("button").disabled = false));
count();
