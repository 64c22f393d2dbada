// Parts of the page that need no browser.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const web = new URL("../../shared/page/web/", import.meta.url);
const { buildSync } = createRequire(new URL("package.json", web))("esbuild");

/** A module of the page. */
async function load(source) {
  const { outputFiles } = buildSync({ entryPoints: [fileURLToPath(new URL(`src/${source}`, web))], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const { csv } = await load("save.ts");
assert.equal(csv([["a", 'b "c", d'], ["=1+1", "-5"], ["@x", "+y"], ["two\nlines", ""]]), 'a,"b ""c"", d"\r\n\'=1+1,-5\r\n\'@x,\'+y\r\n"two\nlines",\r\n');

const { force, layered } = await load("layout/layouts.ts");
const chain = [[0, 1], [1, 2], [3, 1]];
const x = layered(4, chain, []).map((it) => it.x);
assert.ok(x[0] < x[1] && x[1] < x[2] && x[3] === x[0], "layers follow the arrows");
const rooted = layered(4, chain, [0]).map((it) => it.x);
assert.ok(rooted[0] < rooted[1] && rooted[1] < rooted[2] && rooted[2] === rooted[3], "from a root, they may go against them");
assert.equal(layered(3, [[0, 1], [1, 2], [2, 0]], []).length, 3, "a circle has places, too");
const graph = { layout: "force", ids: ["a", "b", "c", "d"], edges: chain, roots: [], places: [] };
assert.deepEqual(force(graph), force(graph), "the same graph has the same places");
assert.ok(force(graph).every((it) => Number.isFinite(it.x) && Number.isFinite(it.y)));

const { treemap } = await load("treemap.ts");
const boxes = treemap([6, 6, 4, 3, 2, 2, 1, 0], (it) => it, { x: 0, y: 0, width: 600, height: 400 });
assert.equal(boxes.length, 7, "what is nothing has no box");
for (const { item, width, height } of boxes) assert.ok(Math.abs(width * height - item * 10_000) < 1, "a box is as large as its share");

const { choices } = await load("complete.ts");
const model = {
  types: {
    azure_user: { classes: ["User"], count: 5, properties: ["accountEnabled", "email"] },
    azure_user_group: { classes: ["UserGroup"], count: 9, properties: ["mailEnabled"] },
  },
  classes: ["User", "UserGroup"],
  verbs: ["HAS", "ASSIGNED"],
};
const offered = (text) => choices(model, text, text.length).choices.map((it) => it.text);
assert.deepEqual(offered("FIND azure_u"), ["azure_user_group", "azure_user"], "what there is more of comes first");
assert.deepEqual(offered("FIND azure_user THAT H"), ["HAS"]);
assert.deepEqual(offered("FIND azure_user THAT HAS UserG"), ["UserGroup"]);
assert.deepEqual(offered("FIND azure_user THAT HAS Use").slice(0, 2), ["User", "UserGroup"]);
assert.deepEqual(offered("FIND azure_user WITH acc"), ["accountEnabled"]);
assert.deepEqual(offered("FIND azure_user AS u THAT HAS azure_user_group AS g RETURN u.em"), ["u.email"]);
assert.deepEqual(offered('FIND azure_user WITH email = "FIND az'), [], "nothing is completed within a string");

const { nothing, opened, openedHub, without, MOST } = await load("graph/model.ts");
const item = (key) => ({ key, type: "t", name: key });
const group = (count, items, verb = "HAS") => ({ relationship: `a_${verb}_t`, verb, out: true, count, types: { t: count }, items });
let shown = opened(nothing(), { entity: item("a"), groups: [group(2, [item("b"), item("c")]), group(900, [], "OWNS")] }, true);
assert.equal(shown.nodes.size, 4, "many neighbours are one node");
const hub = [...shown.nodes.values()].find((it) => it.hub);
assert.equal(hub.name, "900 more");
shown = openedHub(shown, hub.hub, group(900, Array.from({ length: 25 }, (_, at) => item(`o${at}`)), "OWNS"));
assert.equal(shown.nodes.size, 29);
assert.equal([...shown.nodes.values()].find((it) => it.hub).name, "875 more");
for (let at = 0; at < 40; at++) {
  const items = Array.from({ length: 25 }, (_, number) => item(`x${at}-${number}`));
  shown = opened(shown, { entity: item(`x${at}`), groups: [group(25, items)] }, false);
}
assert.ok(shown.isFull && shown.nodes.size === MOST, `${shown.nodes.size} nodes`);
const less = without(shown, "b");
assert.ok(!less.nodes.has("b") && ![...less.links.values()].some((it) => it.to === "b"));
