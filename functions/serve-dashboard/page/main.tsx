import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./use-place.ts";

const root = document.getElementById("app");
if (root !== null) {
  followLinks();
  render(<App />, root);
}
