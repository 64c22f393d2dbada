import { render } from "preact";

import { takeToken } from "./api";
import { App } from "./app";

takeToken();
const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
