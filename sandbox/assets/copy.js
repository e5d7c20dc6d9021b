// Makes the texts of a server's page exact, and connects its copy button.

import { copyButton, makeExact } from "./dom.js";

makeExact();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.replaceWith(copyButton(document.getElementById(button.dataset.copy).textContent));
}
