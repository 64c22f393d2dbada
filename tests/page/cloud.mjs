// Stands in for what surrounds the function `serve` on AWS: the runtime that hands events to it, Amazon
// CloudFront in front of its URL, and Amazon Cognito, where people sign in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";

const DOMAIN = "x.lambda-url.eu-central-1.on.aws";
export const CLIENT = "the-page";
export const TENANT = "11111111-2222-4333-8444-555555555555";
export const GROUP = "99999999-8888-4777-8666-555555555555";

/** A server on a free port of this machine. */
async function listening(handler) {
  const server = createServer((request, response) => {
    handler(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Where people sign in. What the next person claims is in `person`, and may be changed. */
async function signIn() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" };
  const codes = new Map();
  const place = { person: {}, seconds: 3600, asked: 0, callback: "" };
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: `${place.origin}/pool`, aud: CLIENT, sub: "anja", jti: randomUUID(), token_use: "id", iat: now, exp: now + place.seconds,
      "custom:tid": TENANT, "custom:groups": `["${GROUP}"]`, ...place.person,
    };
    const signed = `${encoded({ alg: "RS256", kid: "key-1", typ: "JWT" })}.${encoded(claims)}`;
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  };
  const server = await listening(async (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url, place.origin);
    if (pathname === "/pool/.well-known/jwks.json") {
      return response.end(JSON.stringify({ keys: [key] }));
    }
    if (pathname === "/oauth2/authorize") {
      place.asked += 1;
      assert.equal(query.get("response_type"), "code");
      assert.equal(query.get("client_id"), CLIENT);
      assert.equal(query.get("redirect_uri"), place.callback);
      assert.equal(query.get("identity_provider"), "Entra");
      assert.equal(query.get("code_challenge_method"), "S256");
      assert.ok(query.get("state").length >= 43 && query.get("code_challenge").length === 43);
      const answer = new URLSearchParams({ state: query.get("state") });
      if (place.refusal) {
        answer.set("error", "access_denied");
        answer.set("error_description", place.refusal);
      } else {
        const code = randomUUID();
        codes.set(code, query.get("code_challenge"));
        answer.set("code", code);
      }
      return response.writeHead(302, { location: `${place.callback}?${answer}` }).end();
    }
    if (pathname === "/oauth2/token") {
      const form = new URLSearchParams((await bodyOf(request)).toString());
      const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
      const isRight =
        form.get("grant_type") === "authorization_code" &&
        form.get("client_id") === CLIENT &&
        form.get("redirect_uri") === place.callback &&
        codes.get(form.get("code")) === challenge;
      codes.delete(form.get("code"));
      response.setHeader("access-control-allow-origin", "*");
      if (!isRight) return response.writeHead(400).end(JSON.stringify({ error: "invalid_grant" }));
      return response.end(JSON.stringify({ id_token: token(), access_token: "x", refresh_token: "y" }));
    }
    return response.writeHead(404).end();
  });
  return Object.assign(place, server);
}

/** The function behind its URL, and Amazon CloudFront before that, as one server. */
export async function deployed(binary, store, instance) {
  const place = await signIn();
  const waiting = [];
  const answers = new Map();
  let wake;
  const runtime = await listening(async (request, response) => {
    const [, , , , id, what] = request.url.split("/");
    if (request.method === "GET") {
      while (waiting.length === 0) await new Promise((resolve) => (wake = resolve));
      const { id, event } = waiting.shift();
      response.setHeader("lambda-runtime-aws-request-id", id);
      response.setHeader("lambda-runtime-deadline-ms", String(Date.now() + 60_000));
      response.setHeader("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:1:function:serve");
      return response.end(JSON.stringify(event));
    }
    const body = JSON.parse(await bodyOf(request));
    answers.get(id)(what === "response" ? body : { statusCode: 502, headers: {}, body: btoa(JSON.stringify(body)), isBase64Encoded: true });
    return response.writeHead(202).end();
  });
  const invoke = (event) =>
    new Promise((resolve) => {
      const id = randomUUID();
      answers.set(id, resolve);
      waiting.push({ id, event });
      wake?.();
    });
  const front = await listening(async (request, response) => {
    const { pathname, search } = new URL(request.url, front.origin);
    const body = await bodyOf(request);
    const { host: _, authorization: __, ...headers } = request.headers;
    // What signs a body without reading it needs its hash.
    const hash = createHash("sha256").update(body).digest("hex");
    if (body.length > 0 && headers["x-amz-content-sha256"] !== hash) return response.writeHead(403).end("no hash of the body");
    const answer = await invoke({
      version: "2.0",
      rawPath: decodeURI(pathname),
      rawQueryString: search.slice(1),
      headers: { ...headers, host: DOMAIN },
      requestContext: { domainName: DOMAIN, timeEpoch: Date.now(), http: { method: request.method, path: pathname } },
      body: body.toString("base64"),
      isBase64Encoded: true,
    });
    response.writeHead(answer.statusCode, answer.headers);
    return response.end(Buffer.from(answer.body, "base64"));
  });
  place.callback = `${front.origin}/`;
  const child = spawn(binary, [], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      AWS_LAMBDA_RUNTIME_API: new URL(runtime.origin).host,
      AWS_LAMBDA_FUNCTION_NAME: "serve",
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
      AWS_LAMBDA_LOG_GROUP_NAME: "serve",
      AWS_LAMBDA_LOG_STREAM_NAME: "serve",
      STORE: store,
      INSTANCE: instance,
      PAGE_ADDRESS: front.origin,
      SIGN_IN_ADDRESS: place.origin,
      SIGN_IN_CLIENT: CLIENT,
      SIGN_IN_PROVIDER: "Entra",
      SIGN_IN_ISSUER: `${place.origin}/pool`,
      SIGN_IN_TENANT: TENANT,
      SIGN_IN_GROUP: GROUP,
      PROGRAMS: "",
    },
  });
  const stop = () => {
    child.kill("SIGTERM");
    [front, runtime, place].forEach((it) => it.close());
  };
  return { origin: front.origin, place, stop };
}
