// See `check`. Arguments: the folder of the installed client, then a folder to check or --self-test.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const modules = resolve(process.argv[2]);
const { IntegrationSchema, RelationshipClass } = createRequire(join(modules, "package.json"))("@jupiterone/data-model");

/** What was found: problems make the check fail, notes do not. Both are counted by what they say. */
class Findings {
  problems = new Map();
  notes = new Map();

  #add(to, type, what, example) {
    const name = `${type}: ${what}`;
    const known = to.get(name) ?? { count: 0, example };
    known.count += 1;
    to.set(name, known);
  }

  problem(type, what, example = "") {
    this.#add(this.problems, type, what, example);
  }

  note(type, what, example = "") {
    this.#add(this.notes, type, what, example);
  }

  print() {
    for (const [title, found] of [["note", this.notes], ["PROBLEM", this.problems]]) {
      for (const [what, { count, example }] of [...found].sort()) {
        console.log(`${title}  ${what}  (${count} times${example && `, such as ${example}`})`);
      }
    }
  }
}

/** Every graph object of a folder, read as the client reads it: whatever lies under graph/ has to be JSON. */
function readFolder(folder) {
  const objects = { entities: [], relationships: [] };
  for (const file of readdirSync(join(folder, "graph"), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const parsed = JSON.parse(readFileSync(join(file.parentPath ?? file.path, file.name), "utf8"));
    for (const kind of Object.keys(objects)) for (const object of parsed[kind] ?? []) objects[kind].push(object);
  }
  return objects;
}

function run(arguments_, cwd) {
  const client = join(modules, "node_modules/.bin/j1-integration");
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--max-old-space-size=4096", client, ...arguments_], { cwd });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("close", (code) => done({ code, output }));
  });
}

/** Plays JupiterOne's synchronisation API as the client uses it, and keeps what it is sent. */
async function serve() {
  const received = { calls: [], entities: [], relationships: [], partialDatasets: undefined };
  const job = { id: "synchronization", integrationJobId: "integration", status: "AWAITING_UPLOADS" };

  function answer(call, body) {
    if (call === "POST ") return { job };
    const [, kind] = call.match(/^POST \/synchronization\/(\w+)$/) ?? [];
    if (kind === "entities" || kind === "relationships") for (const object of body[kind]) received[kind].push(object);
    else if (kind === "finalize") received.partialDatasets = body.partialDatasets;
    else if (kind !== "events" && kind !== "abort") return undefined;
    if (kind === "finalize") job.status = "FINALIZE_PENDING";
    if (kind === "abort") job.status = "ABORTED";
    job.numEntitiesUploaded = received.entities.length;
    job.numRelationshipsUploaded = received.relationships.length;
    return { job };
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const call = `${request.method} ${request.url.replace("/persister/synchronization/jobs", "")}`;
    received.calls.push(call);
    let [status, body] = [200, undefined];
    if (request.headers.authorization !== "Bearer test" || request.headers["lifeomic-account"] !== "test") status = 401;
    // The service refuses larger bodies, and the client then truncates raw data.
    else if (bytes.length > 6_144_000) status = 413;
    else {
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
      body = answer(call, JSON.parse(text));
      if (body === undefined) status = 404;
    }
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { error: { code: String(status), message: call } }));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { received, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Has the client draw the graph, which reads it in another way than synchronising does. */
async function visualize(project, objects, findings) {
  const { code, output } = await run(["visualize"], project);
  const page = join(project, ".j1-integration/index.html");
  if (code !== 0 || !existsSync(page)) return findings.problem("visualize", `failed: ${output.slice(-500)}`);
  const html = readFileSync(page, "utf8");
  const nodes = html.match(/new vis\.DataSet\((\[.*\])\);\n\s*var edges/);
  const ids = new Set(nodes ? JSON.parse(nodes[1]).map((node) => node.id) : []);
  const missing = objects.entities.filter((entity) => !ids.has(entity._key));
  if (missing.length > 0) findings.problem("visualize", `${missing.length} entities are not drawn`);
  console.log(`visualize: ${ids.size} nodes`);
}

async function synchronize(project, findings) {
  const service = await serve();
  const { code, output } = await run(
    ["sync", "--integrationInstanceId", "test", "--api-key", "test", "--account", "test", "--api-base-url", service.url],
    project);
  service.close();
  const { received } = service;
  const count = (wanted) => received.calls.filter((call) => call === wanted).length;
  if (code !== 0 || count("POST /synchronization/finalize") !== 1 || count("POST /synchronization/abort") !== 0) {
    findings.problem("sync", `ended with ${code}: ${output.slice(-1500)}`);
  }
  console.log(`sync: ${received.calls.length} calls`);
  return received;
}

const isPrimitive = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);
const isFlat = (value) => isPrimitive(value) || (Array.isArray(value) && value.every(isPrimitive));

function checkEntity(entity, findings) {
  const { _type: type, _key: key } = entity;
  const checked = {};
  for (const [name, value] of Object.entries(entity)) {
    // Names of tags are the customer's. The schemas know few of the characters that clouds allow in them, but
    // the service takes them, and the reference integration sends them as they are.
    if (name.startsWith("tag.") && !/^tag\.[A-Za-z0-9. -]+$/.test(name)) findings.note(type, `the schemas do not know tags such as ${name}`, key);
    else checked[name] = value;
    if (name === "_rawData") {
      const wellFormed = Array.isArray(value) && value.every(({ name, rawData }) => typeof name === "string" && rawData && !Array.isArray(rawData));
      if (!wellFormed || new Set(value.map((raw) => raw.name)).size !== value.length) findings.problem(type, "_rawData is malformed", key);
    } else if (!isFlat(value)) findings.problem(type, `${name} is neither a primitive nor a list of them`, key);
  }
  if (!Array.isArray(entity._class)) return findings.problem(type, "_class is not a list", key);
  for (const name of entity._class) {
    const validate = IntegrationSchema.getSchema(`#${name}`);
    if (!validate) findings.problem(type, `there is no class ${name}`, key);
    else if (!validate(checked)) {
      const [{ instancePath, message, params }] = validate.errors;
      // An address that is allocated on use has none until then, and there is no other way to say so.
      const unallocated = name === "IpAddress" && params.missingProperty === "ipAddress";
      const what = `${name}: ${instancePath || "it"} ${message}${params.allowedValues ? ` (${params.allowedValues})` : ""}`;
      const value = checked[instancePath.split("/")[1]];
      if (unallocated) findings.note(type, what, key);
      else findings.problem(type, what, instancePath ? `${JSON.stringify(value).slice(0, 120)} in ${key}` : key);
    }
  }
}

function checkMapping(relationship, keys, problem) {
  const { relationshipDirection, sourceEntityKey, targetFilterKeys, targetEntity, ...rest } = relationship._mapping;
  if (!["FORWARD", "REVERSE"].includes(relationshipDirection)) problem("_mapping.relationshipDirection is wrong");
  if (!keys.has(sourceEntityKey)) problem("_mapping.sourceEntityKey is no entity");
  if (!targetEntity || !Object.values(targetEntity).every(isFlat)) problem("_mapping.targetEntity is malformed");
  if (!Array.isArray(targetFilterKeys) || targetFilterKeys.length === 0) problem("_mapping.targetFilterKeys is malformed");
  else for (const name of targetFilterKeys.flat()) {
    if (targetEntity?.[name] === undefined || targetEntity[name] === null) problem(`_mapping.targetEntity lacks the filter key ${name}`);
  }
  for (const name of Object.keys(rest)) if (name !== "skipTargetCreation") problem(`_mapping.${name} is unknown`);
  if ("_fromEntityKey" in relationship || "_toEntityKey" in relationship) problem("it is both mapped and explicit");
}

function checkRelationship(relationship, keys, findings) {
  const problem = (what) => findings.problem(relationship._type, what, relationship._key);
  for (const name of ["_key", "_type", "_class", "displayName"]) {
    if (typeof relationship[name] !== "string" || relationship[name] === "") problem(`${name} is not a text`);
  }
  if (!(relationship._class in RelationshipClass)) problem(`there is no class ${relationship._class}`);
  for (const [name, value] of Object.entries(relationship)) {
    if (name !== "_mapping" && !isPrimitive(value)) problem(`${name} is not a primitive`);
  }
  if (relationship._mapping) return checkMapping(relationship, keys, problem);
  for (const end of ["_fromEntityKey", "_toEntityKey"]) if (!keys.has(relationship[end])) problem(`${end} is no entity`);
}

/** Checks what the client sent against what is in the folder, and against JupiterOne's data model. */
function inspect(received, objects, summary, findings) {
  for (const kind of ["entities", "relationships"]) {
    const [sent, held] = [received[kind].length, objects[kind].length];
    if (sent !== held) findings.problem("sync", `${sent} ${kind} were sent of ${held}`);
  }
  const types = summary.metadata?.partialDatasets?.types;
  if (!Array.isArray(types) || !types.every((type) => typeof type === "string")) findings.problem("summary.json", "metadata.partialDatasets.types is no list of types");
  else if (JSON.stringify(received.partialDatasets) !== JSON.stringify(summary.metadata.partialDatasets)) findings.problem("sync", "other partial datasets were sent");

  // JupiterOne takes entities and relationships for the same thing here, and the client ignores case for Azure.
  const seen = new Set();
  for (const { _key, _type } of [...received.entities, ...received.relationships]) {
    const folded = String(_key).toLowerCase();
    if (seen.has(folded)) findings.problem(_type, "_key is not unique", _key);
    seen.add(folded);
  }
  const keys = new Set(received.entities.map((entity) => entity._key));
  for (const entity of received.entities) checkEntity(entity, findings);
  for (const relationship of received.relationships) checkRelationship(relationship, keys, findings);
}

function printTable(received) {
  const rows = new Map();
  for (const [kind, objects] of [["entity", received.entities], ["relationship", received.relationships]]) {
    for (const { _type, _class, _mapping } of objects) {
      const row = `${_mapping ? "mapped" : kind}\t${_type}\t${_class}`;
      rows.set(row, (rows.get(row) ?? 0) + 1);
    }
  }
  for (const [row, count] of [...rows].sort()) {
    const [kind, type, class_] = row.split("\t");
    console.log(`${String(count).padStart(8)}  ${kind.padEnd(12)}  ${type.padEnd(60)}  ${class_}`);
  }
}

async function check(folder) {
  const findings = new Findings();
  const project = mkdtempSync(join(tmpdir(), "jupiterone-"));
  try {
    cpSync(folder, join(project, ".j1-integration"), { recursive: true });
    const objects = readFolder(folder);
    const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
    if (objects.entities.length === 0) findings.problem("graph", "there are no entities");
    await visualize(project, objects, findings);
    const received = await synchronize(project, findings);
    inspect(received, objects, summary, findings);
    printTable(received);
  } finally {
    rmSync(project, { recursive: true });
  }
  findings.print();
  console.log(`${folder}: ${findings.problems.size} problems`);
  return findings;
}

/** A small graph with one of everything, as a map from file to content. */
function smallGraph() {
  const entity = (key, type, _class, more) => ({ _key: key, _type: type, _class: [_class], name: key, displayName: key, ...more });
  const relationship = (from, _class, to) => ({
    _key: `${from}|${_class.toLowerCase()}|${to}`, _type: `a_${_class.toLowerCase()}_b`, _class, displayName: _class,
    _fromEntityKey: from, _toEntityKey: to });
  return {
    "graph/ad-users/entities/0.json": { entities: [
      entity("tenant:contoso", "azure_account", "Account", { "tag.cost_center:id": "7", webLink: "https://portal.azure.com/#@contoso.com" }),
      entity("user:adele@contoso.com", "azure_user", "User", { email: "adele@contoso.com", createdOn: 1700000000000, _unknown: ["mfaEnabled: forbidden"],
        _rawData: [{ name: "default", rawData: { id: "1" } }] })] },
    "graph/rm-network/entities/0.json": { entities: [
      entity("ip:unallocated", "azure_public_ip", "IpAddress", {}),
      ...Array.from({ length: 600 }, (_, i) => entity(`network:number-${i}`, "azure_vnet", "Network", { CIDR: "10.0.0.0/16", public: false, internal: true }))] },
    "graph/ad-users/relationships/0.json": { relationships: [relationship("tenant:contoso", "HAS", "user:adele@contoso.com")] },
    "graph/rm-network/relationships/0.json": { relationships: [{
      _key: "network:number-1|allows|internet", _type: "azure_vnet_allows_internet", _class: "ALLOWS", displayName: "ALLOWS",
      _mapping: { sourceEntityKey: "network:number-1", relationshipDirection: "FORWARD", targetFilterKeys: [["_type", "_key"]],
        targetEntity: { _key: "global:internet", _type: "internet", _class: ["Internet"] }, skipTargetCreation: false } }] },
    "summary.json": { integrationStepResults: [], metadata: { partialDatasets: { types: ["azure_vnet"] } } },
  };
}

// Each damage is (what it is, what is done to the small graph, what a problem must say).
const DAMAGES = [
  ["a user without a name", (g) => delete g["graph/ad-users/entities/0.json"].entities[1].name, "required property 'name'"],
  ["an address that is none", (g) => (g["graph/ad-users/entities/0.json"].entities[1].email = "adele"), "format \"email\""],
  ["a null where none may be", (g) => (g["graph/rm-network/entities/0.json"].entities[1].public = null), "/public must be boolean"],
  ["an object as a property", (g) => (g["graph/ad-users/entities/0.json"].entities[0].sku = { name: "x" }), "sku is neither"],
  ["a property with an underscore", (g) => (g["graph/ad-users/entities/0.json"].entities[0].sku_name = "x"), "must match pattern"],
  ["an unknown class", (g) => (g["graph/ad-users/entities/0.json"].entities[0]._class = ["Tenant"]), "no class Tenant"],
  ["a key twice, in another case", (g) => g["graph/rm-network/entities/0.json"].entities.push({ ...g["graph/ad-users/entities/0.json"].entities[0], _key: "Tenant:contoso" }), "not unique"],
  ["a relationship into nothing", (g) => (g["graph/ad-users/relationships/0.json"].relationships[0]._toEntityKey = "user:nobody"), "_toEntityKey is no entity"],
  ["a mapping from nothing", (g) => (g["graph/rm-network/relationships/0.json"].relationships[0]._mapping.sourceEntityKey = "network:x"), "sourceEntityKey is no entity"],
  ["a mapping that cannot find its target", (g) => delete g["graph/rm-network/relationships/0.json"].relationships[0]._mapping.targetEntity._key, "lacks the filter key _key"],
  ["a summary without partial datasets", (g) => delete g["summary.json"].metadata, "sync: ended with"],
];

function write(graph, folder) {
  for (const [file, content] of Object.entries(graph)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content));
  }
}

async function selfTest() {
  const scratch = mkdtempSync(join(tmpdir(), "jupiterone-"));
  try {
    write(smallGraph(), join(scratch, "sound"));
    const sound = await check(join(scratch, "sound"));
    if (sound.problems.size > 0 || sound.notes.size !== 2) throw new Error("the sound graph is not taken as it should be");
    for (const [i, [what, damage, expected]] of DAMAGES.entries()) {
      const graph = smallGraph();
      damage(graph);
      let findings = new Findings();
      if (expected.startsWith("sync")) {
        write(graph, join(scratch, `damaged-${i}`));
        findings = await check(join(scratch, `damaged-${i}`));
      } else {
        const objects = { entities: [], relationships: [] };
        for (const file of Object.values(graph)) for (const kind of Object.keys(objects)) objects[kind].push(...(file[kind] ?? []));
        inspect({ ...objects, partialDatasets: graph["summary.json"].metadata.partialDatasets }, objects, graph["summary.json"], findings);
      }
      const noticed = [...findings.problems.keys()].some((problem) => problem.includes(expected));
      console.log(`  ${noticed ? "noticed" : "MISSED "}  ${what}`);
      if (!noticed) process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (process.argv[3] === "--self-test") await selfTest();
else if (process.argv[3] && ["graph", "summary.json"].every((name) => existsSync(join(process.argv[3], name)))) {
  const { problems } = await check(resolve(process.argv[3]));
  if (problems.size > 0) process.exitCode = 1;
} else {
  console.error("usage: check DIR | --self-test, where DIR holds graph/ and summary.json");
  process.exitCode = 2;
}
