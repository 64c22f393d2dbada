// A browser, and a page in it that is watched: what it asks of whom, and what its policy forbids it.

import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../shared/page/web/package.json", import.meta.url));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")).href);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export async function launch(chromium) {
  const profile = mkdtempSync(join(tmpdir(), "page-"));
  const browser = await puppeteer.launch({
    executablePath: chromium,
    userDataDir: profile,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

/** A page whose every request, error and violation is noted. It may ask its own server, and one other. */
export async function watched(browser, origin, other = origin) {
  const page = await browser.newPage();
  const problems = [];
  page.on("request", (request) => {
    const address = request.url();
    const isOwn = [origin, other].some((it) => address.startsWith(`${it}/`)) || /^(data|blob):/.test(address);
    if (!isOwn) problems.push(`asks ${address}`);
  });
  page.on("pageerror", (error) => problems.push(`fails: ${error.message}`));
  page.on("console", (message) => {
    // That the server refused something is what some tests are about.
    const isRefusal = /Failed to load resource/.test(message.text());
    if (message.type() === "error" && !isRefusal) problems.push(`says ${message.text()}`);
  });
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} forbids ${event.blockedURI || event.sample}`);
    });
  });
  return { page, problems };
}

/** What axe finds that is serious or worse. */
export async function barriers(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact));
    return serious.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`);
  });
}
