// What all views are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Failed, get, type Named, type Parameters } from "./api";
import { to } from "./route";
import { isSignedIn, signIn } from "./sign-in";
import { counted } from "./words";

type State<T> = { value?: T; error?: Failed; isLoading: boolean };

/** What the server answers; the last answer stays while another one is on its way. */
export function useAnswer<T>(path: string, parameters: Parameters = {}, isWanted = true): State<T> {
  const [state, setState] = useState<State<T>>({ isLoading: isWanted });
  useEffect(() => {
    if (!isWanted) return setState({ isLoading: false });
    let isCurrent = true;
    setState((before) => ({ ...before, isLoading: true }));
    get<T>(path, parameters).then(
      (value) => isCurrent && setState({ value, isLoading: false }),
      (error) => isCurrent && setState({ error: asFailed(error), isLoading: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, [path, JSON.stringify(parameters), isWanted]);
  return state;
}

export const asFailed = (error: unknown): Failed =>
  error instanceof Failed ? error : new Failed(String(error), 0);

/** An answer once it is there, and until then why it is not. */
export function Answered<T>({ of, children }: { of: State<T>; children: (value: T) => ComponentChildren }) {
  if (of.error) return <Failure error={of.error} />;
  return of.value === undefined ? <Loading /> : <>{children(of.value)}</>;
}

export function Loading({ what = "The answer" }: { what?: string }) {
  return (
    <p class="loading" role="status">
      {what} is on its way.
    </p>
  );
}

export function Failure({ error, isOfSignIn = isSignedIn() }: { error: Failed; isOfSignIn?: boolean }) {
  if (error.status === 403 && isOfSignIn) {
    return (
      <div class="notice bad" role="alert">
        <h2>You are not let in</h2>
        <p>{error.message}</p>
        <p>Whoever set up this page says who may see it.</p>
        <button type="button" onClick={() => void signIn()}>
          Sign in again
        </button>
      </div>
    );
  }
  if (error.status === 403) {
    return (
      <div class="notice bad" role="alert">
        <h2>This address is not enough</h2>
        <p>
          The server answers only a page that was opened at the address that <code>tenantgraph ui</code> printed.
          That address holds a token, which changes each time the command is run.
        </p>
        <p>Copy the address from the terminal, and open it in this browser. ({error.message})</p>
      </div>
    );
  }
  return (
    <div class="notice bad" role="alert">
      <h2>{TITLES[error.status] ?? "The server could not answer"}</h2>
      <pre>{error.message}</pre>
      {!(error.status in TITLES) && (
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const TITLES: Record<number, string> = {
  400: "This cannot be answered as it is asked",
  404: "There is no such thing",
  422: "The answer would be too large",
};

/** An entity, which leads to its card. */
export const EntityLink = ({ of }: { of: Named }) => (
  <a href={to("entity", { key: of.key })}>
    <bdi>{of.name}</bdi>
  </a>
);

const MARKS: Record<string, string> = {
  complete: "✓",
  known: "✓",
  skipped: "–",
  retired: "◌",
  forbidden: "✕",
  partial: "◐",
  pending: "…",
  failed: "!",
  good: "✓",
  bad: "✕",
  unknown: "?",
  ok: "✓",
  firing: "✕",
};

/** A word for how something stands, with a mark, so that its colour is not needed. */
export const Badge = ({ status, children }: { status: string; children?: ComponentChildren }) => (
  <span class={`badge ${status}`}>
    <span aria-hidden="true">{MARKS[status] ?? "•"}</span> {children ?? status}
  </span>
);

/** The query behind what is shown. */
export const Behind = ({ query }: { query: string }) => (
  <p class="behind">
    <span>Query</span> <code>{query}</code> <a href={to("query", { text: query })}>Open it in the query box</a>
  </p>
);

/** What an answer rests on that was not read. */
export function Doubts({ notes = [], unknown }: { notes?: string[]; unknown: { what: string; why: string }[] }) {
  if (notes.length + unknown.length === 0) return null;
  return (
    <div class="notice doubt">
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {unknown.length > 0 && (
        <details>
          <summary>
            <strong>Part of this is not known:</strong> {counted(unknown.length, "type was", "types were")} not read
            completely.
          </summary>
          <ul>
            {unknown.map(({ what, why }) => (
              <li key={what}>
                <code>{what}</code>: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
