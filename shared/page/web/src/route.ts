// Every view has an address: what follows # is its name and its parameters.

import { useEffect, useState } from "preact/hooks";

export type Route = { view: string; parameters: URLSearchParams };

function parse(): Route {
  const [view = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { view, parameters: new URLSearchParams(query) };
}

/** The address of a view. */
export function to(view: string, parameters: Record<string, string | undefined> = {}): string {
  const given = Object.entries(parameters).filter((it): it is [string, string] => !!it[1]);
  return given.length > 0 ? `#/${view}?${new URLSearchParams(given)}` : `#/${view}`;
}

export function go(view: string, parameters: Record<string, string | undefined> = {}): void {
  location.hash = to(view, parameters);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(parse);
  useEffect(() => {
    const change = () => setRoute(parse());
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return route;
}
