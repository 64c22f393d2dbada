import { render } from "preact";

import { Failed } from "./api";
import { App } from "./app";
import { Failure } from "./parts";
import { enter } from "./sign-in";

const root = document.getElementById("app");
if (root) {
  const show = (what: preact.JSX.Element) => {
    root.textContent = "";
    render(what, root);
  };
  enter().then(
    (stays) => stays && show(<App />),
    (error: Error) => show(<main id="main"><Failure error={new Failed(error.message, 403)} isOfSignIn /></main>),
  );
}
