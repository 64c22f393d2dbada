// Drives signing in, as on AWS: the function itself, behind stand-ins of what surrounds it there.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { barriers, watched } from "./browser.mjs";
import { deployed } from "./cloud.mjs";

const text = (page) => page.$eval("#app", (it) => it.innerText);
const says = (page, what) =>
  page.waitForFunction((it) => document.querySelector("#app")?.innerText.includes(it), {}, what);
const token = (page) => page.evaluate(() => sessionStorage.getItem("tenantgraph-token"));

export async function signIn(browser, binary, store, folder, say) {
  const [instance] = readdirSync(join(store, "graph")).filter((it) => !it.includes("~"));
  const cloud = await deployed(binary, store, instance);
  try {
    await whoever(browser, cloud, folder);
    say("whoever has signed in sees the view that the address names");
    await expired(browser, cloud);
    say("a sign-in that has expired is renewed");
    await strangers(browser, cloud, folder);
    say("whoever is of another group or tenant, or is refused, is told so");
    await forged(browser, cloud);
    say("a sign-in that was not begun here is refused");
  } finally {
    cloud.stop();
  }
}

/** A tab of its own, whose requests lead to the page and to where people sign in only. */
async function tab(browser, { origin, place }) {
  const context = await browser.createBrowserContext();
  const { page, problems } = await watched(context, origin, place.origin);
  return { page, problems, close: () => context.close() };
}

async function whoever(browser, cloud, folder) {
  const { page, problems, close } = await tab(browser, cloud);
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(`${cloud.origin}/#/search?q=anja`);
  await says(page, "found.");
  assert.equal(cloud.place.asked, 1);
  assert.equal(page.url(), `${cloud.origin}/#/search?q=anja`, "no code stays in the address");
  assert.equal((await token(page)).split(".").length, 3);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("tenantgraph-sign-in")), null);
  // A body goes with its hash.
  await page.goto(`${cloud.origin}/#/query?text=${encodeURIComponent("FIND azure_user WITH displayName ^= 'A'")}`);
  await page.waitForSelector("main table tbody tr");
  await page.reload();
  await page.waitForSelector("main table tbody tr");
  assert.equal(cloud.place.asked, 1, "a reload needs no other sign-in");
  await page.screenshot({ path: join(folder, "signed-in.png") });
  const violations = await page.evaluate(() => window.violations);
  assert.deepEqual([...violations, ...problems, ...(await barriers(page))], []);
  await close();
}

async function expired(browser, cloud) {
  const { page, close } = await tab(browser, cloud);
  await page.goto(cloud.origin);
  await page.waitForSelector(".tiles");
  const first = await token(page);
  const asked = cloud.place.asked;
  await page.evaluate(() => {
    const [header, claims, signature] = sessionStorage.getItem("tenantgraph-token").split(".");
    const old = { ...JSON.parse(atob(claims)), exp: 1 };
    sessionStorage.setItem("tenantgraph-token", [header, btoa(JSON.stringify(old)), signature].join("."));
    location.hash = "#/ledger";
  });
  await page.waitForSelector("main[data-view=ledger] table tbody tr");
  assert.equal(cloud.place.asked, asked + 1);
  assert.notEqual(await token(page), first);
  await close();
}

async function strangers(browser, cloud, folder) {
  const { place } = cloud;
  const cases = [
    [{ "custom:groups": "[]" }, "is not in the group"],
    [{ "custom:tid": "00000000-2222-4333-8444-555555555555" }, "is of another tenant"],
    [{ aud: "another" }, "for another application"],
  ];
  for (const [person, why] of cases) {
    Object.assign(place, { person });
    const { page, close } = await tab(browser, cloud);
    const asked = place.asked;
    await page.goto(cloud.origin);
    await says(page, why);
    assert.match(await text(page), /You are not let in/);
    assert.equal(place.asked, asked + 1, "it is not tried again and again");
    assert.deepEqual(await barriers(page), []);
    await page.screenshot({ path: join(folder, "not-let-in.png") });
    // Once that is mended, the button helps.
    Object.assign(place, { person: {} });
    await page.click("[role=alert] button");
    await page.waitForSelector(".tiles");
    await close();
  }
  place.refusal = "The person is not assigned to the application.";
  const { page, close } = await tab(browser, cloud);
  await page.goto(cloud.origin);
  await says(page, place.refusal);
  place.refusal = undefined;
  await close();
}

async function forged(browser, cloud) {
  const { page, close } = await tab(browser, cloud);
  await page.goto(`${cloud.origin}/?code=stolen&state=another`);
  await says(page, "was not begun in this tab");
  assert.equal(await token(page), null);
  assert.ok(!page.url().includes("stolen"));
  await close();
}
