import { useState } from "preact/hooks";

import { Answered, Badge, Empty, useAnswer } from "../parts";
import { Picture } from "../picture";
import { go, to } from "../route";
import { Table } from "../table";
import { type Theme, useTheme } from "../theme";
import { counted, moment, shortened } from "../words";

type Entry = {
  scope: string;
  instance: string;
  step: string;
  reads: string | null;
  type: string | null;
  service: string | null;
  status: string;
  reason: string | null;
  items: number;
  requests: number;
  permissions: string[];
  at: string;
};
type Ledger = { entries: Entry[]; scopes: { scope: string; name: string; skipped: string | null }[] };

const ORDER = ["failed", "forbidden", "partial", "retired", "pending", "complete", "known", "skipped"];
const rank = (status: string) => ORDER.indexOf(status);

export function LedgerView({ parameters }: { parameters: URLSearchParams }) {
  const ledger = useAnswer<Ledger>("ledger");
  return (
    <>
      <h1>Ledger</h1>
      <p>The ledger says how completely each list was read. Nothing is missing without an entry here.</p>
      <Answered of={ledger}>
        {(it) => <Shown ledger={it} status={parameters.get("status") ?? ""} scope={parameters.get("scope") ?? ""} />}
      </Answered>
    </>
  );
}

function Shown({ ledger, status, scope }: { ledger: Ledger; status: string; scope: string }) {
  const [isWhole, setWhole] = useState(false);
  const counts = new Map<string, number>();
  for (const it of ledger.entries) counts.set(it.status, (counts.get(it.status) ?? 0) + 1);
  const wanted = ledger.entries.filter((it) => (!status || it.status === status) && (!scope || it.scope === scope));
  const isShort = !isWhole && !status && !scope;
  const rows = wanted
    .filter((it) => !isShort || rank(it.status) < rank("complete"))
    .toSorted((left, right) => rank(left.status) - rank(right.status));
  if (ledger.entries.length === 0) {
    return (
      <Empty title="This snapshot has no ledger">
        <p>Its summary is gone, so it is not known what it lacks. The next job writes one.</p>
      </Empty>
    );
  }
  const name = (scope: string) => ledger.scopes.find((it) => it.scope === scope)?.name ?? "The tenant";
  return (
    <>
      <p class="row" role="status">
        {ORDER.filter((it) => counts.has(it)).map((it) => (
          <a key={it} class="chip" href={to("ledger", { status: it })} aria-current={status === it ? "true" : undefined}>
            <Badge status={it} /> {counts.get(it)}
          </a>
        ))}
        {(status || scope) && <a href={to("ledger")}>Show all</a>}
      </p>
      {rows.length === 0 ? (
        <Empty title="Everything was read">
          <p>No list is missing.</p>
        </Empty>
      ) : (
        <HeatMap entries={rows} name={name} />
      )}
      <p class="tools">
        {!status && !scope && (
          <button type="button" onClick={() => setWhole(!isWhole)}>
            {isWhole ? "Show only what is not complete" : `Show all ${counted(ledger.entries.length, "entry", "entries")}`}
          </button>
        )}
      </p>
      <Table
        caption="Entries"
        name="ledger"
        rows={rows}
        rowKey={(it) => `${it.scope} ${it.step} ${it.type} ${it.instance}`}
        columns={[
          { title: "Status", text: (it) => it.status, cell: (it) => <Badge status={it.status} /> },
          { title: "Type", text: (it) => it.type ?? it.reads ?? it.step },
          { title: "Scope", text: (it) => name(it.scope) },
          { title: "Service", text: (it) => it.service ?? "" },
          { title: "Why", text: (it) => it.reason ?? "" },
          { title: "It needs", text: (it) => it.permissions.join(", ") },
          { title: "Items", text: (it) => it.items },
          { title: "As of", text: (it) => it.at, cell: (it) => <time>{moment(it.at)}</time> },
        ]}
      />
      {ledger.scopes.some((it) => it.skipped) && (
        <Table
          caption="Subscriptions that are not collected"
          name="skipped"
          rows={ledger.scopes.filter((it) => it.skipped)}
          rowKey={(it) => it.scope}
          columns={[
            { title: "Subscription", text: (it) => it.name },
            { title: "Why", text: (it) => it.skipped ?? "" },
          ]}
        />
      )}
    </>
  );
}

const [ROW, LEFT, TOP] = [18, 300, 28];

/** A row for each type, a column for each scope, and the worst status of each. */
function HeatMap({ entries, name }: { entries: Entry[]; name: (scope: string) => string }) {
  const of = useTheme();
  const types = [...new Set(entries.map((it) => it.type ?? it.reads ?? it.step))].slice(0, 250);
  const scopes = [...new Set(entries.map((it) => it.scope))].slice(0, 40);
  const wide = Math.max(24, Math.min(180, 640 / scopes.length));
  const worst = new Map<string, Entry>();
  for (const it of entries) {
    const key = `${it.type ?? it.reads ?? it.step}|${it.scope}`;
    const known = worst.get(key);
    if (!known || rank(it.status) < rank(known.status)) worst.set(key, it);
  }
  return (
    <Picture
      name="ledger"
      label={`A map of ${counted(types.length, "type")} in ${counted(scopes.length, "scope")}; the table below says the same`}
      width={LEFT + scopes.length * wide}
      height={TOP + types.length * ROW + 4}
      background={of.paper}
    >
      {scopes.map((scope, at) => (
        <text key={scope} {...font(of)} x={LEFT + at * wide + 4} y={18} font-weight="600">
          {shortened(name(scope), Math.floor(wide / 6.6))}
        </text>
      ))}
      {types.map((type, row) => (
        <g key={type}>
          <text {...font(of)} x={LEFT - 8} y={TOP + row * ROW + 13} text-anchor="end">
            {shortened(type, 44)}
          </text>
          {scopes.map((scope, column) => {
            const entry = worst.get(`${type}|${scope}`);
            const [x, y] = [LEFT + column * wide + 1, TOP + row * ROW + 1];
            return (
              <g key={scope} class="link" onClick={() => go("ledger", { scope })}>
                <title>{entry ? `${entry.status}: ${entry.reason ?? ""}` : "It is not read in this scope."}</title>
                <rect x={x} y={y} width={wide - 2} height={ROW - 2} fill={entry ? of.status[entry.status] : of.panel} />
                {entry && wide > 60 && (
                  <text {...font(of)} x={x + 6} y={y + 12} fill={of.paper === "#ffffff" ? "#ffffff" : "#0b0e14"}>
                    {entry.status}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      ))}
    </Picture>
  );
}

const font = (of: Theme) => ({ "font-family": "system-ui, sans-serif", "font-size": 11, fill: of.ink });
