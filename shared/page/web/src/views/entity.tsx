import type { Group, Named } from "../api";
import { Answered, Behind, Empty, EntityLink, useAnswer } from "../parts";
import { to } from "../route";
import { Table } from "../table";
import { isMoment, moment, quoted, value } from "../words";
import { type Change, Details, details } from "./values";

type Property = { name: string; value: unknown; doc: string | null; form: string | null };
type Missing = { name: string; why: string; permissions: string[] };
type Entity = Named & {
  class: string | string[];
  doc: string | null;
  service: string;
  properties: Property[];
  unknown: Missing[];
  relationships: Group[];
  stale?: { since: string; why: string };
};
type Seen = Change & { at: string; instance: string; job: string };
type History = { changes: Seen[]; earliest: string | null };

export function EntityView({ at }: { at: string }) {
  const entity = useAnswer<Entity>("entity", { key: at }, at !== "");
  if (at === "") {
    return (
      <Empty title="No entity is named">
        <p>
          <a href={to("search")}>Search</a> for one.
        </p>
      </Empty>
    );
  }
  return <Answered of={entity}>{(it) => <Card key={it.key} entity={it} />}</Answered>;
}

const classes = (of: string | string[]) => (Array.isArray(of) ? of : [of]).filter(Boolean).join(", ");

function Card({ entity }: { entity: Entity }) {
  const history = useAnswer<History>("history", { key: entity.key });
  const link = entity.properties.find((it) => it.name === "webLink")?.value;
  const isSafe = typeof link === "string" && link.startsWith("https://");
  const rows = [
    ...entity.properties.map((it) => ({ ...it, missing: undefined })),
    ...entity.unknown.map((it) => ({ name: it.name, value: undefined, doc: null, form: null, missing: it })),
  ];
  const own = rows.filter((it) => !it.name.startsWith("_"));
  const internal = rows.filter((it) => it.name.startsWith("_"));
  return (
    <article>
      <p class="soft">
        <a href={to("search", { type: entity.type })}>{entity.type}</a> · {classes(entity.class)} · {entity.service}
      </p>
      <h1>
        <bdi>{entity.name}</bdi>
      </h1>
      {entity.doc && <p>{entity.doc}</p>}
      <p class="row">
        <a class="button" href={to("graph", { key: entity.key })}>
          Explore the graph from here
        </a>
        <a class="button" href={to("paths", { from: entity.key })}>
          Find paths from here
        </a>
        <a class="button" href={to("paths", { to: entity.key })}>
          Find paths to here
        </a>
        {isSafe && (
          <a class="button" href={link} target="_blank" rel="noopener noreferrer">
            Open it at Microsoft
          </a>
        )}
      </p>
      {entity.stale && (
        <div class="notice doubt">
          <h2>This may be out of date</h2>
          <p>
            It was not found since {moment(entity.stale.since)}, but nothing proves that it is gone:{" "}
            {entity.stale.why}
          </p>
        </div>
      )}
      <div class="columns">
        <section>
          <h2>Properties</h2>
          <Properties rows={own} caption={`Properties of ${entity.name}`} />
          <details>
            <summary>Properties that say how it was collected</summary>
            <Properties rows={internal} caption={`Collection of ${entity.name}`} />
          </details>
        </section>
        <section>
          <h2>Relationships</h2>
          <Relationships entity={entity} />
          <Behind query={`FIND ${entity.type} WITH _key = ${quoted(entity.key)} THAT RELATES TO * RETURN TREE`} />
          <h2>History</h2>
          <Answered of={history}>{(it) => <Changes history={it} />}</Answered>
        </section>
      </div>
    </article>
  );
}

type Row = Property & { missing: Missing | undefined };

const Properties = ({ rows, caption }: { rows: Row[]; caption: string }) => (
  <Table
    caption={caption}
    name="properties"
    first={500}
    rows={rows}
    rowKey={(it) => it.name}
    columns={[
      {
        title: "Property",
        text: (it) => it.name,
        cell: (it) => (
          <span class={it.missing ? "unknown" : ""}>
            <code>{it.name}</code>
            {it.doc && <small>{it.doc}</small>}
          </span>
        ),
      },
      { title: "Value", text: shown, cell: (it) => (it.missing ? <Unknown of={it.missing} /> : <bdi>{shown(it)}</bdi>) },
    ]}
  />
);

function shown(it: Row): string {
  if (it.missing) return `unknown: ${it.missing.why}`;
  return isMoment(it.name, it.value) ? moment(it.value) : value(it.value, it.form);
}

const Unknown = ({ of }: { of: Missing }) => (
  <span class="unknown">
    Unknown: {of.why}
    {of.permissions.length > 0 && <small>It needs {of.permissions.join(", ")}.</small>}
  </span>
);

function Relationships({ entity }: { entity: Entity }) {
  if (entity.relationships.length === 0) {
    return <p>Nothing that was read is related to it. What was not read may be: see the ledger.</p>;
  }
  const words = (it: Group) => (it.out ? `${it.verb} →` : `← ${it.verb}`);
  return (
    <Table
      caption={`Relationships of ${entity.name}`}
      name="relationships"
      rows={entity.relationships}
      rowKey={(it) => `${it.relationship} ${it.out}`}
      columns={[
        { title: "Relationship", text: words },
        { title: "Other types", text: (it) => Object.keys(it.types).join(", ") },
        { title: "Count", text: (it) => it.count },
        {
          title: "Entities",
          text: (it) => it.relationship,
          cell: (it) => <Neighbours of={entity} group={it} />,
        },
      ]}
    />
  );
}

/** The first neighbours of a kind, once they are asked for. */
function Neighbours({ of, group }: { of: Named; group: Group }) {
  const parameters = { key: of.key, relationship: group.relationship, direction: group.out ? "out" : "in" };
  const found = useAnswer<{ groups: Group[] }>("neighbours", parameters, group.count <= 5);
  const items = found.value?.groups[0]?.items ?? [];
  if (group.count > 5) return <a href={to("graph", { key: of.key })}>Explore</a>;
  return (
    <ul class="plain">
      {items.map((it) => (
        <li key={it.key}>
          <EntityLink of={it} />
        </li>
      ))}
    </ul>
  );
}

function Changes({ history }: { history: History }) {
  const { changes, earliest } = history;
  const created = changes.find((it) => it.change === "created");
  return (
    <>
      <p>
        {created
          ? `It was first seen on ${moment(created.at)}, and is in the latest snapshot.`
          : `It is older than the first snapshot that is kept, of ${moment(earliest)}.`}
      </p>
      <Table
        caption="Changes"
        name="changes"
        rows={changes}
        rowKey={(it) => `${it.at} ${it.change}`}
        columns={[
          { title: "When", text: (it) => it.at, cell: (it) => <time>{moment(it.at)}</time> },
          { title: "Change", text: (it) => it.change },
            {
            title: "Details",
            text: details,
            cell: (it) => <Details of={it} instance={it.instance} job={it.job} />,
          },
        ]}
      />
    </>
  );
}
