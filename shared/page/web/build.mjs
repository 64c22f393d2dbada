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

// Cytoscape stays the file that its authors have minified. It is only loaded by views with a graph.
const LIBRARY = "./cytoscape.js";

/** Bundles one source to one file; with it come the licences that its parts ask to keep. */
async function bundle(source, target) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [source],
    outfile: join(dist, target),
    bundle: true,
    charset: "utf8",
    external: [LIBRARY],
    plugins: [{ name: "library", setup: (it) => it.onResolve({ filter: /^cytoscape$/ }, () => ({ path: LIBRARY, external: true })) }],
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
const layout = await bundle("src/layout/worker.ts", "layout.js");
const style = await bundle("src/style.css", "style.css");
const licences = ["cytoscape", "preact"].map((name) => {
  const { version } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
  const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim();
  return `${name} ${version}\n\n${text}\n`;
});
const files = {
  "app.js": app.text,
  "cytoscape.js": readFileSync(join(here, "node_modules", "cytoscape", "dist", "cytoscape.esm.min.mjs"), "utf8"),
  "layout.js": layout.text,
  "style.css": style.text,
  "index.html": readFileSync(join(here, "src", "index.html"), "utf8"),
  "icon.svg": readFileSync(join(here, "src", "icon.svg"), "utf8"),
  "licences.txt": `The page holds these works of others.\n\n${licences.join("\n")}\n${app.legal}`,
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
