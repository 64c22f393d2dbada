// Every view: how it is reached, and what has to be true of it.

/** Goes to a view, and waits for it to be drawn. */
async function go(page, view) {
  await page.evaluate((it) => (location.hash = `#/${it}`), view);
  await page.waitForFunction((it) => document.querySelector("main")?.dataset.view === it, {}, view.split("?")[0] || "overview");
}

const drawn = (page) => page.waitForFunction(() => window.tenantgraph?.isLaidOut, { timeout: 30_000 });

/** The table with a caption: its titles, and the texts of its cells by row. */
function table(page, caption) {
  return page.evaluate((wanted) => {
    const found = [...document.querySelectorAll("table")].find((it) => it.caption.innerText.startsWith(wanted));
    if (!found) return undefined;
    const texts = (cells) => [...cells].map((it) => it.innerText.trim());
    return { titles: texts(found.tHead.rows[0].cells), rows: [...found.tBodies[0].rows].map((it) => texts(it.cells)) };
  }, caption);
}

const rowsOf = (page, caption) =>
  page.waitForFunction(
    (wanted) => [...document.querySelectorAll("table")].some((it) => it.caption.innerText.startsWith(wanted) && it.tBodies[0].rows.length > 0),
    {},
    caption,
  );

const text = (page) => page.evaluate(() => document.querySelector("main").innerText);

/** The number of a text such as `1,653`. */
const number = (of) => Number(of.replace(/[^\d]/g, ""));

/** Clicks the button or link within the view whose text begins so. */
const click = (page, label) =>
  page.evaluate((wanted) => {
    const found = [...document.querySelectorAll("main button, main a")].find((it) => it.innerText.trim().startsWith(wanted));
    if (!found) throw new Error(`nothing is called ${wanted}`);
    found.click();
  }, label);

/** The key of the first entity of a type. */
async function keyOf(page, query) {
  await go(page, `search?${query}`);
  await rowsOf(page, "Entities");
  return (await table(page, "Entities")).rows[0][2];
}

export const VIEWS = {
  async overview(page, assert) {
    await go(page, "");
    await rowsOf(page, "Types of entities");
    const shown = await text(page);
    assert.match(shown, /Not complete/);
    const total = number((await page.$eval(".tiles dd", (it) => it.innerText)));
    const instances = await table(page, "Instances");
    assert.ok(instances.rows.length > 1, "the tenant and its subscriptions");
    assert.ok(total >= number(instances.rows[0][2]));
    const places = await table(page, "Management groups");
    assert.ok(places.rows.some((it) => it[2] === "azure_subscription" && number(it[3]) > 10), JSON.stringify(places));
    assert.ok((await page.$$(".picture rect")).length > 5, "the map has rectangles");
  },

  async search(page, assert) {
    await go(page, "search?q=anja");
    await rowsOf(page, "Entities");
    const { rows } = await table(page, "Entities");
    assert.ok(rows.some(([name, type]) => /anja/i.test(name) && type === "azure_user"), JSON.stringify(rows.slice(0, 3)));
  },

  async "search-empty"(page, assert) {
    await go(page, "search?q=there-is-no-such-thing");
    await page.waitForFunction(() => document.querySelector("main").innerText.includes("Nothing was found"));
    assert.match(await text(page), /What was not read cannot be found/);
  },

  async entity(page, assert) {
    const key = await keyOf(page, "type=azure_user");
    await go(page, `entity?key=${encodeURIComponent(key)}`);
    await rowsOf(page, "Relationships of");
    await page.waitForFunction(() => /first seen|older than/.test(document.querySelector("main").innerText));
    const properties = (await table(page, "Properties of")).rows.map(([name, value]) => [name.split("\n")[0], value]);
    assert.ok(properties.some(([name, value]) => name === "email" && value.includes("@")), JSON.stringify(properties));
    const relationships = (await table(page, "Relationships of")).rows;
    assert.ok(relationships.every(([, , count]) => number(count) > 0));
  },

  async graph(page, assert) {
    await click(page, "Explore the graph from here");
    await drawn(page);
    const count = () => page.evaluate(() => window.tenantgraph.core.nodes().length);
    const before = await count();
    assert.ok(before > 1);
    const rows = (await table(page, "Relationships in the picture")).rows.length;
    const edges = await page.evaluate(() => window.tenantgraph.core.edges().length);
    assert.equal(rows, Math.min(edges, 25), "the table says what the picture shows");
    await click(page, "Expand");
    await page.waitForFunction((it) => window.tenantgraph.core.nodes().length > it && window.tenantgraph.isLaidOut, {}, before);
    assert.ok((await count()) <= 500);
  },

  async hub(page, assert) {
    const key = await keyOf(page, "type=azure_account");
    await go(page, `graph?key=${encodeURIComponent(key)}`);
    await drawn(page);
    const hubs = () => page.evaluate(() => window.tenantgraph.core.nodes("[?isHub]").map((it) => it.data("label")));
    assert.ok((await hubs()).some((it) => /more/.test(it)), "many neighbours are a count");
    const before = await page.evaluate(() => window.tenantgraph.core.nodes().length);
    await page.evaluate(() => [...document.querySelectorAll("main button")].find((it) => /more: show 25/.test(it.innerText)).click());
    await page.waitForFunction((it) => window.tenantgraph.core.nodes().length === it + 25 && window.tenantgraph.isLaidOut, {}, before);
  },

  async paths(page, assert) {
    await go(page, "search?type=azure_user");
    await rowsOf(page, "Entities");
    const { rows } = await table(page, "Entities");
    const [from, to] = [rows[0][2], rows[1][2]];
    await go(page, `paths?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
    await rowsOf(page, "Paths");
    await drawn(page);
    const ways = (await table(page, "Paths")).rows;
    assert.ok(ways.every(([, way]) => way.includes(rows[0][0]) && way.includes(rows[1][0])), JSON.stringify(ways[0]));
  },

  async questions(page, assert) {
    await go(page, "questions");
    await rowsOf(page, "Questions");
    await page.waitForFunction(() => !/answered so far/.test(document.querySelector("main").innerText), { timeout: 60_000 });
    const { rows } = await table(page, "Questions");
    assert.ok(rows.some(([answer]) => /bad/.test(answer)));
    assert.ok(rows.some(([answer]) => /good/.test(answer)));
    assert.ok(rows.every(([answer]) => !/waiting/.test(answer)));
    // The tenant of the demo has not changed since the job before.
    await page.waitForFunction((all) => document.querySelector("[data-then]")?.dataset.then === String(all), { timeout: 60_000 }, rows.length);
    assert.match(await text(page), /0 questions have more that is bad, and 0 questions have less/);
    const { titles, rows: both } = await table(page, "Questions");
    const at = (title) => titles.findIndex((it) => it.startsWith(title));
    const [bad, then] = [at("Bad"), at("Bad then")];
    assert.ok(then > bad && both.some((it) => Number(it[bad]) > 0));
    for (const row of both) assert.equal(row[bad], row[then], row.join(" "));
  },

  async question(page, assert) {
    await page.evaluate(() => document.querySelector("main tbody a").click());
    await page.waitForFunction(() => document.querySelector("main").dataset.view === "question");
    await page.waitForFunction(() => /are shown|Nothing was found/.test(document.querySelector("main").innerText));
    assert.match(await text(page), /Query/);
    await page.click("main details:has(table) summary");
    await page.waitForFunction(() => {
      const history = [...document.querySelectorAll("main details table")].at(0);
      const cells = [...(history?.tBodies[0].rows ?? [])].map((it) => it.cells[1].innerText.trim());
      return cells.length === 2 && cells.every((it) => it !== "");
    });
  },

  async query(page, assert) {
    await go(page, "query");
    await page.waitForSelector("#query-text");
    await page.type("#query-text", "FIND azure_use");
    await page.waitForFunction(() => document.querySelectorAll("#query-choices li").length > 0);
    const choices = await page.$$eval("#query-choices li", (all) => all.map((it) => it.innerText));
    assert.ok(choices.some((it) => it.startsWith("azure_user ")), choices.join());
    const takes = (text) => page.waitForFunction((it) => document.querySelector("#query-text").value === it, {}, text);
    await page.keyboard.press("Enter");
    await takes("FIND azure_user ");
    await page.type("#query-text", "WITH accountEn");
    await page.waitForFunction(() => [...document.querySelectorAll("#query-choices li")].some((it) => it.innerText.includes("accountEnabled")));
    await page.keyboard.press("Enter");
    await takes("FIND azure_user WITH accountEnabled ");
    await page.type("#query-text", "= true ");
    await page.keyboard.press("Escape");
    await click(page, "Run the query");
    await rowsOf(page, "Entities");
    assert.match(page.url(), /FIND\+azure_user/);
  },

  async tree(page, assert) {
    const query = "FIND Internet THAT ALLOWS azure_security_group THAT PROTECTS * RETURN TREE";
    await go(page, `query?text=${encodeURIComponent(query)}`);
    await drawn(page);
    const { nodes, edges } = await page.evaluate(() => ({ nodes: window.tenantgraph.core.nodes().length, edges: window.tenantgraph.core.edges().length }));
    assert.ok(nodes > 2 && edges >= nodes - 1, `${nodes} ${edges}`);
    assert.equal((await table(page, "Entities in the picture")).rows.length, Math.min(nodes, 25));
  },

  async "query-error"(page, assert) {
    await go(page, `query?text=${encodeURIComponent("FIND azure_user WIHT x")}`);
    await page.waitForSelector(".notice.bad pre");
    assert.match(await text(page), /WIHT/);
  },

  async timeline(page, assert) {
    await go(page, "timeline");
    await rowsOf(page, "Jobs");
    // The first job found everything, and the last one nothing new.
    await page.evaluate(() => document.querySelector("main tbody tr:last-child a").click());
    await rowsOf(page, "Changes by type");
    const changes = await table(page, "Changes:");
    assert.ok(changes.rows.length > 0);
  },

  async ledger(page, assert) {
    await go(page, "ledger");
    await rowsOf(page, "Entries");
    const { rows } = await table(page, "Entries");
    const forbidden = rows.filter(([status]) => /forbidden/.test(status));
    assert.ok(forbidden.some((it) => /EntitlementManagement|Microsoft.Sql/.test(it.join(" "))), JSON.stringify(rows.slice(0, 3)));
  },

  async alerts(page, assert) {
    await go(page, "alerts");
    await page.waitForFunction(() => document.querySelector("main").innerText.includes("No rule was evaluated yet"));
    assert.match(await text(page), /tenantgraph rules run/);
  },
};
