import { useEffect, useState } from "preact/hooks";

import { get, type Named } from "../api";
import { Answered, Empty, EntityLink, useAnswer } from "../parts";
import { go, to } from "../route";
import { Table } from "../table";
import { count, counted } from "../words";

type Found = { total: number; items: Named[]; types: [string, number][]; next: number | null };

export function SearchView({ text, type }: { text: string; type: string }) {
  const found = useAnswer<Found>("search", { q: text, type }, text !== "" || type !== "");
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  const submit = (event: Event) => {
    event.preventDefault();
    go("search", { q: draft, type });
  };
  return (
    <>
      <h1>Search</h1>
      <form class="fields" onSubmit={submit}>
        <label>
          Name, email or key
          <input value={draft} onInput={(event) => setDraft(event.currentTarget.value)} type="search" />
        </label>
        {type && (
          <p>
            Only <code>{type}</code>. <a href={to("search", { q: text })}>Search all types</a>
          </p>
        )}
        <button type="submit">Search</button>
      </form>
      {text === "" && type === "" ? (
        <Empty title="Search for any entity">
          <p>
            Type a part of a name, an email address or a key. What begins with the text comes first. The{" "}
            <a href={to("")}>overview</a> lists the types that there are.
          </p>
        </Empty>
      ) : (
        <Answered of={found}>{(it) => <Results key={`${text} ${type}`} found={it} text={text} type={type} />}</Answered>
      )}
    </>
  );
}

function Results({ found, text, type }: { found: Found; text: string; type: string }) {
  const [more, setMore] = useState<{ items: Named[]; next: number | null }>({ items: [], next: found.next });
  if (found.total === 0) {
    return (
      <Empty title="Nothing was found">
        <p>
          No entity has “<bdi>{text}</bdi>” in its name, email address or key. What was not read cannot be found: the{" "}
          <a href={to("ledger")}>ledger</a> says what that is.
        </p>
      </Empty>
    );
  }
  const load = async () => {
    const next = await get<Found>("search", { q: text, type, skip: more.next ?? 0 });
    setMore({ items: [...more.items, ...next.items], next: next.next });
  };
  return (
    <>
      <p role="status">{counted(found.total, "entity was", "entities were")} found.</p>
      {found.types.length > 1 && (
        <p class="row" aria-label="Types">
          {found.types.slice(0, 12).map(([kind, number]) => (
            <a class="chip" key={kind} href={to("search", { q: text, type: kind })}>
              {kind} <span class="soft">{count(number)}</span>
            </a>
          ))}
        </p>
      )}
      <Table
        caption="Entities"
        name="search"
        first={1000}
        rows={[...found.items, ...more.items]}
        rowKey={(it) => it.key}
        columns={[
          { title: "Name", text: (it) => it.name, cell: (it) => <EntityLink of={it} /> },
          { title: "Type", text: (it) => it.type },
          { title: "Key", text: (it) => it.key, cell: (it) => <code class="key">{it.key}</code> },
        ]}
      />
      {more.next !== null && (
        <button type="button" onClick={load}>
          Load the next 50 of {count(found.total)}
        </button>
      )}
    </>
  );
}
