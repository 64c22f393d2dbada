// How the page gets the token that its server asks for. `tenantgraph ui` prints it as a part of the
// address. On AWS, people sign in: with a code that only this tab can turn into a token (PKCE).

const TOKEN = "tenantgraph-token";
const BEGUN = "tenantgraph-sign-in";

/** Where people sign in. */
type Place = { address: string; client: string; provider: string };

/** What this tab remembers of a sign-in that it has begun. */
type Begun = { state: string; verifier: string; view: string };

export const token = (): string => sessionStorage.getItem(TOKEN) ?? "";

/** Whether the token came from signing in. The other kind has no parts. */
export const isSignedIn = (): boolean => token().split(".").length === 3;

/** Whether there is no token, or one that has expired. The server decides; this saves asking it. */
export function isOver(): boolean {
  if (!isSignedIn()) return token() === "";
  try {
    const claims = JSON.parse(atob(token().split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: number };
    return (claims.exp ?? 0) * 1000 <= Date.now();
  } catch {
    return true;
  }
}

/** Takes a token out of the address, or signs in. Says whether the page stays. */
export async function enter(): Promise<boolean> {
  const printed = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (printed) {
    // So it is in no history and no bookmark.
    history.replaceState(null, "", `${location.pathname}#/`);
    sessionStorage.setItem(TOKEN, printed);
  }
  const answer = new URLSearchParams(location.search);
  if (answer.has("state")) await finish(answer);
  return !isOver() || !(await signIn());
}

let leaving: Promise<boolean> | undefined;

/** Leaves for where people sign in, once. Says whether there is such a place. */
export const signIn = (): Promise<boolean> => (leaving ??= leave());

async function leave(): Promise<boolean> {
  const at = await place();
  if (!at) return false;
  const begun: Begun = { state: random(), verifier: random(), view: location.hash };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: at.client,
    redirect_uri: `${location.origin}/`,
    scope: "openid",
    state: begun.state,
    code_challenge: encoded(await digest(begun.verifier)),
    code_challenge_method: "S256",
    identity_provider: at.provider,
  });
  location.assign(`${at.address}/oauth2/authorize?${parameters}`);
  return true;
}

/** Turns the code that came back into a token. */
async function finish(answer: URLSearchParams): Promise<void> {
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "{}") as Partial<Begun>;
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", `${location.pathname}${begun.view ?? "#/"}`);
  if (!begun.state || answer.get("state") !== begun.state) throw new Error("The sign-in was not begun in this tab.");
  const code = answer.get("code");
  if (!code) throw new Error(answer.get("error_description") ?? answer.get("error") ?? "The sign-in has no result.");
  const at = await place();
  if (!at) throw new Error("The server does not say where to sign in.");
  const response = await fetch(`${at.address}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: at.client,
      redirect_uri: `${location.origin}/`,
      code,
      code_verifier: begun.verifier ?? "",
    }),
  });
  const { id_token } = (await response.json().catch(() => ({}))) as { id_token?: string };
  if (!response.ok || !id_token) throw new Error(`The server that signs in has refused the code (${response.status}).`);
  sessionStorage.setItem(TOKEN, id_token);
}

async function place(): Promise<Place | undefined> {
  const response = await fetch("/sign-in");
  const { at } = (await response.json().catch(() => ({}))) as { at?: Place };
  return at ?? undefined;
}

export const digest = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

const random = (): string => encoded(crypto.getRandomValues(new Uint8Array(32)));

/** Bytes in the alphabet of base64 that needs no escape in an address. */
const encoded = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
