// The frame around all views.

import { useEffect, useRef } from "preact/hooks";

import { go, to, useRoute } from "./route";
import { AlertsView } from "./views/alerts";
import { EntityView } from "./views/entity";
import { ExploreView } from "./views/explore";
import { LedgerView } from "./views/ledger";
import { OverviewView } from "./views/overview";
import { PathsView } from "./views/paths";
import { QueryView } from "./views/query";
import { QuestionView, QuestionsView } from "./views/questions";
import { SearchView } from "./views/search";
import { TimelineView } from "./views/timeline";

type View = { title: string; show: (parameters: URLSearchParams) => preact.JSX.Element; isHidden?: boolean };

const VIEWS: Record<string, View> = {
  "": { title: "Overview", show: () => <OverviewView /> },
  search: { title: "Search", show: (it) => <SearchView text={it.get("q") ?? ""} type={it.get("type") ?? ""} /> },
  graph: { title: "Graph", show: (it) => <ExploreView start={it.get("key") ?? ""} /> },
  paths: { title: "Paths", show: (it) => <PathsView parameters={it} /> },
  query: { title: "Query", show: (it) => <QueryView text={it.get("text") ?? ""} /> },
  questions: { title: "Questions", show: () => <QuestionsView /> },
  timeline: { title: "Timeline", show: (it) => <TimelineView parameters={it} /> },
  ledger: { title: "Ledger", show: (it) => <LedgerView parameters={it} /> },
  alerts: { title: "Alerts", show: () => <AlertsView /> },
  entity: { title: "Entity", show: (it) => <EntityView at={it.get("key") ?? ""} />, isHidden: true },
  question: { title: "Question", show: (it) => <QuestionView id={it.get("id") ?? ""} />, isHidden: true },
};

export function App() {
  const { view, parameters } = useRoute();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const shown = VIEWS[view];
  const title = shown?.title ?? "Not found";
  useEffect(() => {
    document.title = `${title} – tenantgraph`;
    // Whoever reads with a screen reader follows to the view, as with a page that is loaded.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [view]);
  const search = (event: Event) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("q");
    go("search", { q: String(text ?? "") });
  };
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header>
        <a class="brand" href={to("")}>
          <img src="icon.svg" alt="" width="24" height="24" /> tenantgraph
        </a>
        <form role="search" onSubmit={search}>
          <input type="search" name="q" aria-label="Search for an entity by name, email or key" placeholder="Search by name, email or key" />
        </form>
        <nav aria-label="Views">
          {Object.entries(VIEWS)
            .filter(([, it]) => !it.isHidden)
            .map(([name, it]) => (
              <a key={name} href={to(name)} aria-current={name === view ? "page" : undefined}>
                {it.title}
              </a>
            ))}
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1} data-view={view || "overview"}>
        {shown ? (
          shown.show(parameters)
        ) : (
          <div class="notice">
            <h1>There is no such view</h1>
            <p>
              The address names the view “{view}”. The <a href={to("")}>overview</a> leads to all others.
            </p>
          </div>
        )}
      </main>
      <footer>
        The page asks nobody but its own server. <a href="licences.txt">Licences</a>
      </footer>
    </>
  );
}
