// tenantgraph, as a person starts it.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Collects the tenant of the demo twice, so that there is history. Fewer users take less time. */
export function collect(tenantgraph, store) {
  for (let job = 0; job < 2; job++) {
    try {
      execFileSync(tenantgraph, ["demo", "--quiet", "--users", "800", "--store", store], { stdio: "pipe" });
    } catch (error) {
      // The demo lacks permissions on purpose, and ends with 3.
      if (error.status !== 3) throw error;
    }
  }
}

/** Evaluates a rule that fires. */
export function evaluate(tenantgraph, store) {
  mkdirSync(join(store, "rules"), { recursive: true });
  writeFileSync(join(store, "rules", "guests.yaml"), RULE);
  execFileSync(tenantgraph, ["rules", "run", "--quiet", "--store", store], { stdio: "pipe" });
}

const RULE = `
name: A user is disabled
id: disabled-users
level: HIGH
queries:
  - name: users
    query: FIND azure_user WITH accountEnabled = false
`;

/** Serves the page, and tells its address once it is there. */
export async function serve(tenantgraph, store) {
  const child = spawn(tenantgraph, ["ui", "--store", store, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`tenantgraph ui ended with ${code}`)));
  });
  const { origin, hash } = new URL(address);
  return { address, origin, token: hash.replace("#token=", ""), stop: () => child.kill("SIGTERM") };
}

/** Asks with any headers, which a browser would not let a page choose. */
export function ask(origin, path, headers) {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, origin), { headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}
