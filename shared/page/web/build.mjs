// Builds the files of the page from the sources beside this file.
//
//   node build.mjs           writes them to ../dist
//   node build.mjs --check   compares them with ../dist, byte for byte

import { build } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");
const isCheck = process.argv.includes("--check");

// Cytoscape is a file of its own, which is only loaded by views with a graph.
const LIBRARY = "./cytoscape.js";

// What the page does not use of cytoscape, and what takes its place: it lays graphs out itself, looks
// for paths on the server, and draws on a canvas without WebGL. That is a fifth of the library.
const UNUSED = [
  [/layout.index\.mjs$/, 'import impl from "./preset.mjs"; export default [{ name: "preset", impl }];'],
  [/algorithms.index\.mjs$/, "export default {};"],
  [/drawing-redraw-webgl\.mjs$/, "export default {};"],
];
const without = {
  name: "without",
  setup: (it) => UNUSED.forEach(([filter, contents]) => it.onLoad({ filter }, () => ({ contents, loader: "js" }))),
};
const library = {
  name: "library",
  setup: (it) => it.onResolve({ filter: /^cytoscape$/ }, () => ({ path: LIBRARY, external: true })),
};

/** Bundles one source to one file; with it come the licences that its parts ask to keep. */
async function bundle(source, target, plugins = [library]) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [source],
    outfile: join(dist, target),
    bundle: true,
    charset: "utf8",
    define: { "process.env.VERSION": "undefined" },
    plugins,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "external",
    minify: true,
    target: ["chrome115", "firefox115", "safari16"],
    write: false,
  });
  const file = (end) => outputFiles.find((it) => it.path.endsWith(end))?.text ?? "";
  return { text: file(target), legal: file(".LEGAL.txt") };
}

const app = await bundle("src/main.tsx", "app.js");
const cytoscape = await bundle("node_modules/cytoscape/src/index.mjs", "cytoscape.js", [without]);
const layout = await bundle("src/layout/worker.ts", "layout.js");
const style = await bundle("src/style.css", "style.css");
const licences = ["cytoscape", "heap", "lodash", "preact"].map((name) => {
  const { version } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
  const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim();
  return `${name} ${version}\n\n${text}\n`;
});
const files = {
  "app.js": app.text,
  "cytoscape.js": cytoscape.text,
  "layout.js": layout.text,
  "style.css": style.text,
  "index.html": readFileSync(join(here, "src", "index.html"), "utf8"),
  "icon.svg": readFileSync(join(here, "src", "icon.svg"), "utf8"),
  "licences.txt": `The page holds these works of others.\n\n${licences.join("\n")}\n${app.legal}${cytoscape.legal}`,
};

mkdirSync(dist, { recursive: true });
const stale = [];
for (const [name, text] of Object.entries(files)) {
  const path = join(dist, name);
  if (!isCheck) {
    writeFileSync(path, text);
    continue;
  }
  let built = "";
  try {
    built = readFileSync(path, "utf8");
  } catch {
    // A file that is not there differs, too.
  }
  if (built !== text) stale.push(name);
}
if (stale.length > 0) {
  console.error(`dist is not what the sources make: ${stale.join(", ")}; run node build.mjs`);
  process.exit(1);
}
