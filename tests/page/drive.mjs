// Drives the page. Each view is a function that says what has to be true of it.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { barriers, launch, watched } from "./browser.mjs";
import { ask, collect, evaluate, serve } from "./server.mjs";
import { signIn } from "./sign-in.mjs";
import { VIEWS } from "./views.mjs";

const [tenantgraph, serving, chromium] = process.argv.slice(2);
const folder = "target/page";
const store = join(folder, "store");
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1)} s  ${text}`);

mkdirSync(folder, { recursive: true });
if (!process.env.KEEP || !existsSync(store)) {
  rmSync(store, { recursive: true, force: true });
  collect(tenantgraph, store);
  say("the tenant of the demo is collected");
}
rmSync(join(store, "alerts"), { recursive: true, force: true });
const server = await serve(tenantgraph, store);
const { origin, token } = server;
const { browser, close } = await launch(chromium);
try {
  await refusals();
  await latencies();
  await views();
  await alerts();
  await keyboard();
  await widths();
  await hostileName();
  await withoutToken();
  await frames();
  await signIn(browser, serving, store, folder, say);
  if (process.env.UPDATE) await picture();
} finally {
  await close();
  server.stop();
}
say("done");

/** What does not come from the page is refused by the server itself, not only by a handler. */
async function refusals() {
  const { host } = new URL(origin);
  const named = { "x-tenantgraph-token": token };
  const status = async (path, headers) => (await ask(origin, path, headers)).status;
  assert.equal(await status("/api/overview", { host, ...named }), 200);
  assert.equal(await status("/api/overview", { host }), 403, "no token");
  assert.equal(await status("/api/overview", { host, "x-tenantgraph-token": "x" }), 403, "a wrong token");
  assert.equal(await status("/", { host: "attacker.example" }), 403, "a rebinding name");
  assert.equal(await status("/api/overview", { host: "attacker.example", ...named }), 403);
  assert.equal(await status("/api/overview", { host, ...named, origin: "https://attacker.example" }), 403);
  say("what does not come from the page is refused");
}

/** How long the server takes, as its users would notice. It is printed, and decides nothing. */
async function latencies() {
  const headers = { "x-tenantgraph-token": token };
  const get = async (path) => JSON.parse((await ask(origin, path, headers)).body);
  const { items } = await get("/api/search?type=azure_user");
  const [one, other] = items.map((it) => encodeURIComponent(it.key));
  for (const path of ["/api/overview", "/api/search?q=an", `/api/neighbours?key=${one}`, `/api/paths?from=${one}&to=${other}`, `/api/entity?key=${one}`]) {
    const start = performance.now();
    await get(path);
    say(`${path.split("?")[0]}: ${(performance.now() - start).toFixed(0)} ms`);
  }
}

async function views() {
  const { page, problems } = await watched(browser, origin);
  await page.setViewport({ width: 1280, height: 900 });
  const start = performance.now();
  await page.goto(server.address);
  await page.waitForSelector("main[data-view=overview] .tiles");
  say(`the first view is there after ${(performance.now() - start).toFixed(0)} ms`);
  assert.ok(!page.url().includes(token), "the token stays in the address");
  for (const [name, drive] of Object.entries(VIEWS)) {
    await drive(page, assert);
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    const found = [...(await barriers(page)), ...(await page.evaluate(() => window.violations)), ...problems];
    assert.deepEqual(found, [], `${name}: ${found.join("\n")}`);
    say(`${name} is as it should be`);
  }
  await page.close();
}

/** Once a rule was evaluated, the view of alerts shows how it stands. */
async function alerts() {
  evaluate(tenantgraph, store);
  const { page, problems } = await watched(browser, origin);
  await page.setViewport({ width: 1280, height: 600 });
  await page.goto(server.address);
  await page.goto(`${origin}/#/alerts`);
  await page.waitForFunction(() => /Firing: 1\./.test(document.querySelector("main")?.innerText));
  assert.match(await page.$eval("main tbody", (it) => it.innerText), /firing\s+disabled-users/);
  await page.screenshot({ path: join(folder, "alerts-firing.png") });
  assert.deepEqual([...problems, ...(await barriers(page))], []);
  say("a rule that fires is shown");
  await page.close();
}

/** The keyboard leads from the address to the content, and from a view to the next. */
async function keyboard() {
  const { page } = await watched(browser, origin);
  await page.goto(server.address);
  await page.waitForSelector(".tiles");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.focus("header input");
  await page.keyboard.type("anja");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /found\./.test(document.querySelector("main").innerText));
  assert.match(page.url(), /#\/search\?q=anja/);
  say("the keyboard leads everywhere");
  await page.close();
}

/** Every view fits into narrow and wide windows, in the dark as in the light. */
async function widths() {
  const { page, problems } = await watched(browser, origin);
  await page.goto(server.address);
  const tree = "query?text=FIND azure_conditional_access_policy THAT ASSIGNED azure_user_group RETURN TREE";
  const all = ["", "questions", "ledger", tree];
  const cases = [
    ["light", 360, all],
    ["light", 3840, ["", tree]],
    ["dark", 360, [""]],
    ["dark", 1280, all],
    ["dark", 3840, [tree]],
  ];
  for (const [scheme, width, views] of cases) {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await page.setViewport({ width, height: Math.max(800, width / 2) });
    for (const view of views) {
      await page.evaluate((it) => (location.hash = `#/${it}`), view);
      await page.waitForFunction((it) => document.querySelector("main")?.dataset.view === it, {}, view.split("?")[0] || "overview");
      await page.waitForSelector("main table tbody tr");
      if (view.startsWith("query")) await page.waitForFunction(() => window.tenantgraph?.isLaidOut);
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${view} is ${wide} pixels too wide for ${width}`);
      await page.screenshot({ path: join(folder, `${scheme}-${width}-${view.split("?")[0] || "overview"}.png`) });
      if (width === 1280 && scheme === "dark") assert.deepEqual(await barriers(page), []);
    }
  }
  assert.deepEqual(problems, []);
  say("views fit into 360, 1280 and 3840 pixels, dark and light");
  await page.close();
}

/** A name that is HTML stays the text that it is, wherever it is shown. */
async function hostileName() {
  const hostile = `<img src=x onerror="window.owned=1"><script>window.owned=1</script>`;
  const { page, problems } = await watched(browser, origin);
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (!request.url().includes("/api/")) return request.continue();
    const { pathname, search } = new URL(request.url());
    const { status, body } = await ask(origin, pathname + search, { "x-tenantgraph-token": request.headers()["x-tenantgraph-token"] });
    const changed = JSON.stringify(JSON.parse(body), (name, value) => (["name", "displayName"].includes(name) && typeof value === "string" ? hostile : value));
    return request.respond({ status, contentType: "application/json", body: changed });
  });
  await page.goto(server.address);
  const key = await page.evaluate(async (token) => {
    const answer = await fetch("/api/search?type=azure_user", { headers: { "x-tenantgraph-token": token } });
    return (await answer.json()).items[0].key;
  }, token);
  for (const view of [`entity?key=${encodeURIComponent(key)}`, `graph?key=${encodeURIComponent(key)}`, "search?q=a"]) {
    await page.goto(`${origin}/#/${view}`);
    await page.waitForFunction((text) => document.querySelector("main")?.innerText.includes(text), {}, hostile);
    assert.equal(await page.evaluate(() => window.owned), undefined);
    assert.equal(await page.evaluate(() => document.querySelectorAll("main img, main script").length), 0);
  }
  assert.deepEqual([...problems, ...(await page.evaluate(() => window.violations))], []);
  say("a hostile name stays text");
  await page.close();
}

/** Whoever opens the page without the token is told what to do. */
async function withoutToken() {
  const context = await browser.createBrowserContext();
  const { page } = await watched(context, origin);
  await page.goto(origin);
  await page.waitForFunction(() => document.querySelector("main")?.innerText.includes("This address is not enough"));
  await page.screenshot({ path: join(folder, "refused.png") });
  await context.close();
  say("a page without the token says what to do");
}

/** How long a frame of the largest graph takes. It is printed, and decides nothing. */
async function frames() {
  const { page } = await watched(browser, origin);
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(server.address);
  await page.goto(`${origin}/#/query?text=${encodeURIComponent("FIND azure_conditional_access_policy THAT ASSIGNED azure_user RETURN TREE")}`);
  await page.waitForFunction(() => window.tenantgraph?.isLaidOut, { timeout: 60_000 });
  const { nodes, edges, frame } = await page.evaluate(async () => {
    const { core } = window.tenantgraph;
    const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await next();
    const start = performance.now();
    const rounds = 40;
    for (let round = 0; round < rounds; round++) {
      core.zoom({ level: core.zoom() * (round % 20 < 10 ? 1.05 : 1 / 1.05), renderedPosition: { x: 400, y: 300 } });
      await next();
    }
    return { nodes: core.nodes().length, edges: core.edges().length, frame: (performance.now() - start) / rounds };
  });
  assert.ok(nodes <= 500, `${nodes} nodes`);
  assert.ok(nodes > 400, `${nodes} nodes`);
  await page.screenshot({ path: join(folder, "500-nodes.png") });
  say(`${nodes} nodes and ${edges} edges: ${frame.toFixed(0)} ms a frame`);
  await page.close();
}

/** The picture that the README shows. */
async function picture() {
  const { page } = await watched(browser, origin);
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(server.address);
  await page.waitForSelector(".tiles");
  await page.screenshot({ path: "docs/page.png" });
  await page.close();
}
