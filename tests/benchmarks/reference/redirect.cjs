// Sends what an integration asks of Microsoft to the simulator at $SIMULATOR, in the same process
// and without TLS: `https://HOST/PATH` becomes `http://127.0.0.1:PORT/HOST/PATH`. Addresses in
// answers are written the other way round where they are parsed, so that links lead to Microsoft's
// hosts again. Requests are counted, and the count is written to $REQUESTS at the end.
//
// The integrations ask for versions of Azure's interfaces from before 2022, and the simulator has
// later ones. $VERSIONS is a file with a version of each type, which is asked for instead.
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { createRequire } = require('node:module');

const simulator = new URL(process.env.SIMULATOR);
const base = `${simulator.origin}/`;
const versions = JSON.parse(fs.readFileSync(process.env.VERSIONS, 'utf8'));
const keeping = new http.Agent({ keepAlive: true });
let requests = 0;

// The path with a version that the simulator has.
function versioned(host, path) {
  if (host !== 'management.azure.com') return path;
  const [place] = path.toLowerCase().split('?');
  const names = place.split('/providers/').pop().split('/');
  let type = names.filter((_, index) => index === 0 || index % 2 === 1).join('/');
  if (!place.includes('/providers/') || names.length === 1) {
    const [, root, , below] = place.split('/');
    type = below in versions ? below : root;
  }
  return path.replace(/api-version=[^&]*/, (asked) =>
    type in versions ? `api-version=${versions[type]}` : asked,
  );
}

https.request = (input, options, callback) => {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  let asked = input;
  if (typeof input === 'string' || input instanceof URL) {
    const { hostname, pathname, search } = new URL(input);
    asked = { hostname, path: pathname + search, ...options };
  }
  requests++;
  const host = asked.hostname ?? asked.host;
  const { method, headers, signal, timeout } = asked;
  const { hostname, port } = simulator;
  const path = `/${host}${versioned(host, asked.path ?? '/')}`;
  // The agent keeps connections open if that of the integration does.
  const agent = asked.agent?.keepAlive ? keeping : asked.agent === false ? false : undefined;
  return http.request({ method, headers, signal, timeout, hostname, port, path, agent }, callback);
};
https.get = (...given) => https.request(...given).end();

const { fetch } = globalThis;
globalThis.fetch = (input, options) => {
  requests++;
  if (input instanceof Request) [input, options] = [input.url, options ?? input];
  return fetch(String(input).replace(/^https:\/\//, base), options);
};

const { parse } = JSON;
JSON.parse = (text, reviver) => {
  const links = typeof text === 'string' && text.includes(base);
  return parse(links ? text.replaceAll(base, 'https://') : text, reviver);
};

// Azure allows letters of any script in the name of a resource group. Old clients refuse some, and
// the integration waits for minutes then, since it takes that for a refusal of Azure.
const load = createRequire(`${process.cwd()}/`);
const serializers = {
  '@azure/ms-rest-js': ({ Serializer }) => Serializer.prototype,
  '@azure/core-client': ({ createSerializer }) => Object.getPrototypeOf(createSerializer()),
};
for (const [client, serializer] of Object.entries(serializers)) {
  if (!fs.existsSync(`node_modules/${client}`)) continue;
  serializer(load(client)).validateConstraints = () => {};
}

// A request that failed would keep the process for the five minutes of its deadline, after the end.
const { log } = console;
console.log = (...given) => {
  log(...given);
  if (String(given[0]).includes('Results:')) setImmediate(() => process.exit());
};

process.on('exit', () => {
  if (requests > 0) fs.writeFileSync(process.env.REQUESTS, String(requests));
});
