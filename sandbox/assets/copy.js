// Shows the exact texts of a server's page, and gives its button a function.

import { copyButton, makeExact } from "./dom.js";

makeExact();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.replaceWith(copyButton(document.getElementById(button.dataset.copy).textContent));
}
