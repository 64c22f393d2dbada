// Drives a consent in a browser: `drive.mjs MODULES TENANTGRAPH CHROMIUM`. See `run`.

import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

const [modules, tenantgraph, executablePath] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const work = path.resolve(modules, 'work');
fs.rmSync(work, { recursive: true, force: true });
fs.mkdirSync(work, { recursive: true });
const store = path.join(work, 'store');
const started = [];

/** Starts the command line, and waits until a line of what it says matches. */
function serve(args, pattern) {
  const process = spawn(tenantgraph, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  started.push(process);
  return new Promise((resolve, reject) => {
    let said = '';
    process.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      fs.appendFileSync(path.join(work, `${args[0]}.log`), text);
      const match = pattern.exec(said);
      if (match) resolve(match);
    });
    process.on('exit', (code) => reject(new Error(`tenantgraph ${args[0]} ended with ${code}: ${said}`)));
  });
}

function command(...args) {
  return execFileSync(tenantgraph, [...args, '--store', store], { encoding: 'utf8' });
}

/** A port that nobody listens on. Where the application leads back to has to be known before anything is served. */
function freePort() {
  return new Promise((found) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

async function until(what, probe) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((next) => setTimeout(next, 200))) {
    const answer = probe();
    if (answer) return answer;
  }
  throw new Error(`${what}: not within a minute`);
}

/** What must be true of every page, and a picture of it. */
async function look(page, name) {
  await page.screenshot({ path: path.resolve(modules, `${name}.png`), fullPage: true });
  assert.equal(await page.locator('script').count(), 0, 'no page has a script');
  const elsewhere = await page.evaluate(() => performance.getEntriesByType('resource').map((it) => it.name));
  assert.deepEqual(elsewhere, [], 'no page loads anything');
  const ground = await page.evaluate(() => getComputedStyle(document.querySelector('main')).maxWidth);
  assert.notEqual(ground, 'none', 'the policy lets the style sheet in');
  // The policy of the page keeps scripts out, so this one comes by the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag2aaa', 'best-practice'] }));
  assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html)}`), [], `${name} is accessible`);
  console.log(`  ok  ${name}: ${await page.title()}`);
}

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  // A simulated tenant, whose administrator can consent to an application.
  const address = `http://localhost:${await freePort()}`;
  await serve(
    ['simulator', '--users', '50', '--subscriptions', '1', '--redirect-uri', `${address}/consent/redirect`, '--out', work],
    /a tenant is served at/);
  const { instance } = JSON.parse(fs.readFileSync(path.join(work, 'consent.json')));
  const tenant = JSON.parse(fs.readFileSync(path.join(work, 'microsoft365.json'))).instance.config.tenant;
  assert.equal(instance.config.tenant, 'organizations');

  // An instance that does not know whose it is.
  const secret = path.join(work, 'secret');
  fs.writeFileSync(secret, instance.config.clientSecret);
  instance.config.clientSecret = { secretArn: `file:${secret}` };
  // Whom applications are assigned to is throttled by the minute, which is not the matter here.
  instance.config.ingestionSources = { applications: false };
  const event = path.join(work, 'instance.json');
  fs.writeFileSync(event, JSON.stringify({ instance }));
  command('instance', 'store', event);
  assert.match(command('instance', 'list'), /awaits consent/);
  const directory = () => JSON.parse(command('instance', 'show', instance.id)).config.directoryId;

  await serve(
    ['consent', '--listen', new URL(address).host.replace('localhost', '127.0.0.1'), '--store', store,
      '--cloud', path.join(work, 'cloud.json')],
    /an administrator consents at/);
  const link = `${address}/consent?instance=${instance.id}`;

  const context = await browser.newContext({ viewport: { width: 900, height: 1000 } });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));

  // Who may not, or does not want to.
  await page.goto(link);
  await look(page, '1-begin');
  const [cookie] = await context.cookies();
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax', JSON.stringify(cookie));
  await page.getByRole('link', { name: 'Continue to Microsoft' }).click();
  await page.getByRole('button', { name: 'no administrator' }).click();
  await page.getByRole('button', { name: 'Return to the application' }).click();
  await page.getByRole('heading', { name: 'Your tenant was not connected' }).waitFor();
  assert.match(await page.locator('main').innerText(), /may not grant admin consent/);
  await page.getByRole('link', { name: 'Start again' }).click();
  await page.getByRole('link', { name: 'Continue to Microsoft' }).click();
  await page.getByRole('button', { name: 'personal account' }).click();
  // Microsoft does not lead back from there: it says so itself.
  assert.match(await page.locator('body').innerText(), /AADSTS500200/);
  await page.goto(link);
  await page.getByRole('link', { name: 'Continue to Microsoft' }).click();
  await page.getByRole('button', { name: 'another organisation' }).click();
  await page.getByRole('heading', { name: 'Your tenant was not connected' }).waitFor({ timeout: 60_000 });
  assert.match(await page.locator('main').innerText(), /does not yet issue tokens for your tenant/);
  await page.goto(link);
  await page.getByRole('link', { name: 'Continue to Microsoft' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'Your tenant was not connected' }).waitFor();
  assert.match(await page.locator('main').innerText(), /You did not consent/);
  await look(page, '2-declined');
  assert.equal(directory(), 'organizations');

  // By the keyboard, for nobody needs a mouse.
  await page.getByRole('link', { name: 'Start again' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Let tenantgraph read' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Accept, as an administrator', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'your tenant is connected' }).waitFor();
  assert.match(await page.locator('main').innerText(), new RegExp(`${tenant}[^]*The inventory has started`));
  await look(page, '3-connected');
  assert.equal(directory(), tenant);

  // The same address again, here and in another browser.
  const redirect = page.url();
  assert.equal((await page.reload()).status(), 409);
  await look(page, '4-again');
  const other = await (await browser.newContext()).newPage();
  assert.equal((await other.goto(redirect)).status(), 403);
  assert.match(await other.locator('main').innerText(), /This browser did not start the consent/);

  // On a telephone, nothing is wider than the screen.
  const narrow = await (await browser.newContext({ viewport: { width: 320, height: 640 } })).newPage();
  await narrow.goto(link);
  await look(narrow, '5-narrow');
  assert.equal(await narrow.evaluate(() => document.documentElement.scrollWidth), 320, 'no page scrolls sideways');

  // The browser logs an answer that is not 200, and nothing else: no breach of the policy.
  assert.deepEqual(complaints.filter((it) => !it.startsWith('Failed to load resource')), []);
  await until('the first snapshot', () => fs.existsSync(path.join(store, 'graph', instance.id, 'latest.json')));
  console.log(`  ok  the tenant was collected; pictures are in ${modules}`);
} finally {
  await browser.close();
  for (const process of started) {
    process.removeAllListeners('exit');
    process.kill();
  }
}
