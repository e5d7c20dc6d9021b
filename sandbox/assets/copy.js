// Gives the button of a server's page its function.

import { copyButton } from "./dom.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.replaceWith(copyButton(document.getElementById(button.dataset.copy).textContent));
}
