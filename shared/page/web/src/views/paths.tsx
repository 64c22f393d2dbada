import { useState } from "preact/hooks";

import type { Named } from "../api";
import { GraphView } from "../graph/canvas";
import { ofPaths, type Step } from "../graph/model";
import { Answered, Behind, Empty, EntityLink, useAnswer } from "../parts";
import { go } from "../route";
import { Table } from "../table";
import { counted, quoted } from "../words";

type Paths = { from: Named; to: Named; paths: Step[][]; more: boolean };

export function PathsView({ parameters }: { parameters: URLSearchParams }) {
  const [from, end] = [parameters.get("from") ?? "", parameters.get("to") ?? ""];
  const [hops, without] = [parameters.get("hops") ?? "6", parameters.get("without") ?? ""];
  const paths = useAnswer<Paths>("paths", { from, to: end, hops, without }, from !== "" && end !== "");
  const change = (given: Record<string, string>) => go("paths", { from, to: end, hops, without, ...given });
  return (
    <>
      <h1>Paths</h1>
      <p>The shortest ways from one entity to another, over relationships of any direction.</p>
      <div class="fields">
        <Pick label="From" at={from} onPick={(key) => change({ from: key })} />
        <Pick label="To" at={end} onPick={(key) => change({ to: key })} />
        <label>
          At most
          <select value={hops} onChange={(event) => change({ hops: event.currentTarget.value })}>
            {["1", "2", "3", "4", "5", "6", "7", "8"].map((it) => (
              <option key={it} value={it}>
                {it} relationships
              </option>
            ))}
          </select>
        </label>
        <label>
          Not by entities of these types
          <input
            value={without}
            placeholder="azure_account, azure_subscription"
            onChange={(event) => change({ without: event.currentTarget.value.replaceAll(" ", "") })}
          />
        </label>
      </div>
      {from && end ? (
        <Answered of={paths}>{(it) => <Ways paths={it} hops={hops} />}</Answered>
      ) : (
        <Empty title="A path has two ends">
          <p>Search for both entities above. A card of an entity has a button that begins a path there, too.</p>
        </Empty>
      )}
    </>
  );
}

/** Looks for an entity by its name. */
function Pick({ label, at, onPick }: { label: string; at: string; onPick: (key: string) => void }) {
  const [text, setText] = useState("");
  const current = useAnswer<Named>("entity", { key: at }, at !== "");
  const found = useAnswer<{ items: Named[]; total: number }>("search", { q: text }, text.length > 1);
  return (
    <div class="pick">
      <label>
        {label}
        <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder="Search by name" />
      </label>
      {at && (
        <p>
          {current.value ? <EntityLink of={current.value} /> : <code>{at}</code>}{" "}
          <span class="soft">{current.value?.type}</span>
        </p>
      )}
      {text.length > 1 && found.value && (
        <ul class="plain">
          {found.value.items.slice(0, 8).map((it) => (
            <li key={it.key}>
              <button type="button" onClick={() => (setText(""), onPick(it.key))}>
                <bdi>{it.name}</bdi> <span class="soft">{it.type}</span>
              </button>
            </li>
          ))}
          {found.value.total === 0 && <li>No entity is called so.</li>}
        </ul>
      )}
    </div>
  );
}

function Ways({ paths: { from, to: end, paths, more }, hops }: { paths: Paths; hops: string }) {
  const [shown] = [ofPaths(from, paths)];
  const first = paths[0];
  if (!first) {
    return (
      <Empty title="There is no such path">
        <p>
          No way of at most {hops} relationships leads from <EntityLink of={from} /> to <EntityLink of={end} />. A
          longer one may, or one over what was not read.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <p role="status">
        {counted(paths.length, "shortest path")} of {counted(first.length, "relationship")}
        {more ? " are shown, and there are more." : "."}
      </p>
      <Drawn key={`${from.key} ${end.key} ${paths.length}`} shown={shown} />
      <Table
        caption="Paths"
        name="paths"
        rows={paths.map((steps, at) => ({ steps, at }))}
        rowKey={(it) => String(it.at)}
        columns={[
          { title: "Path", text: (it) => it.at + 1 },
          {
            title: "Way",
            text: (it) => [from.name, ...it.steps.map((step) => `${arrow(step)} ${step.name}`)].join(" "),
            cell: ({ steps }) => (
              <>
                <EntityLink of={from} />
                {steps.map((step) => (
                  <span key={step.key}>
                    {" "}
                    <small class="inline">{arrow(step)}</small> <EntityLink of={step} />
                  </span>
                ))}
              </>
            ),
          },
        ]}
      />
      <Behind query={asQuery(from, first)} />
    </>
  );
}

function Drawn({ shown: given }: { shown: ReturnType<typeof ofPaths> }) {
  // The same object for each drawing, or the picture would be laid out again.
  const [shown] = useState(given);
  return <GraphView shown={shown} layout="layered" name="paths" />;
}

const arrow = (step: Step) => (step.out ? `–${step.verb}→` : `←${step.verb}–`);

/** The query that finds the entities of a path. */
function asQuery(from: Named, steps: Step[]): string {
  const hops = steps.map((step) => `THAT ${step.verb} ${step.out ? ">>" : "<<"} ${step.type} WITH _key = ${quoted(step.key)}`);
  return `FIND ${from.type} WITH _key = ${quoted(from.key)} ${hops.join(" ")} RETURN TREE`;
}
