// What the page asks its server, and nobody else.

import { digest, isOver, signIn, token } from "./sign-in";

/** Why the server does not answer. */
export class Failed extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  // A sign-in that has expired meanwhile is renewed, and leads back to the same view.
  if (isOver() && (await signIn())) return new Promise(() => {});
  const headers = { ...init.headers, "x-tenantgraph-token": token() };
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failed("The server does not answer. If it is tenantgraph ui, is that still running?", 0);
  }
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  if (!response.ok) throw new Failed(answer.error ?? response.statusText, response.status);
  return answer;
}

export type Parameters = Record<string, string | number | undefined>;

// Of one snapshot, an answer holds. On AWS, there may be a later one while the page is open.
let snapshot = "";
const answers = new Map<string, Promise<unknown>>();
const KEPT = 200;

export function get<T>(path: string, parameters: Parameters = {}): Promise<T> {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const address = given.length > 0 ? `/api/${path}?${query}` : `/api/${path}`;
  const known = answers.get(address);
  if (known) return known as Promise<T>;
  const answer = request(address, {}).then((value) => {
    const of = String((value as { snapshot?: string }).snapshot ?? "");
    if (snapshot && of !== snapshot) answers.clear();
    snapshot = of;
    return value;
  });
  answers.set(address, answer);
  answer.catch(() => answers.delete(address));
  const oldest = answers.keys().next().value;
  if (answers.size > KEPT && oldest !== undefined) answers.delete(oldest);
  return answer as Promise<T>;
}

export async function post<T>(path: string, value: unknown, signal?: AbortSignal): Promise<T> {
  const body = JSON.stringify(value);
  // Amazon CloudFront signs what it hands on with this, as it does not read bodies.
  const hash = [...new Uint8Array(await digest(body))].map((it) => it.toString(16).padStart(2, "0")).join("");
  const headers = { "content-type": "application/json", "x-amz-content-sha256": hash };
  return request(`/api/${path}`, { method: "POST", headers, body, signal }) as Promise<T>;
}

export type Named = { key: string; type: string; name: string };

export type Group = {
  relationship: string;
  verb: string;
  out: boolean;
  count: number;
  types: Record<string, number>;
  items?: Named[];
  next?: number | null;
};

export type Neighbours = { entity: Named; groups: Group[] };

export type Unknown = { type: string; property?: string; entities?: number; step?: string; why: string };

export type Thing = { id: string; entity: Record<string, unknown>; properties: Record<string, unknown> };

export type Edge = {
  id: string;
  fromVertexId: string;
  toVertexId: string;
  relationship: Record<string, unknown>;
};

export type Answer = {
  totalCount?: number;
  cursor?: string;
  columns?: string[];
  notes: string[];
  unknown: Unknown[];
} & (
  | { type: "list"; data: Thing[] }
  | { type: "table"; data: Record<string, unknown>[] }
  | { type: "tree"; data: { vertices: Thing[]; edges: Edge[] } }
);

export const named = (thing: Thing): Named => ({
  key: thing.id,
  type: String(thing.entity._type ?? ""),
  name: String(thing.entity.displayName || thing.id),
});
