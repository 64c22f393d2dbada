import { Answered, Badge, useAnswer } from "../parts";
import { to } from "../route";
import { Table } from "../table";
import { count, counted, moment } from "../words";
import { type Container, ContainerMap } from "./map";

type Instance = {
  id: string;
  name: string;
  status: string;
  at: string;
  seconds: number;
  requests: number;
  entities: number;
  relationships: number;
  changes: Record<string, number>;
};
type Overview = {
  name: string;
  at: string;
  entities: number;
  relationships: number;
  instances: Instance[];
  services: { service: string; types: { type: string; count: number }[] }[];
  ledger: Record<string, number>;
  permissions: string[];
  carried: { type: string; count: number; reason: string }[];
  containers: Container[];
};

export function OverviewView() {
  const overview = useAnswer<Overview>("overview");
  return <Answered of={overview}>{(it) => <Shown of={it} />}</Answered>;
}

const sum = (of: Record<string, number>) => Object.values(of).reduce((total, it) => total + it, 0);

function Shown({ of }: { of: Overview }) {
  const changes: Record<string, number> = {};
  for (const instance of of.instances) {
    for (const [change, number] of Object.entries(instance.changes)) changes[change] = (changes[change] ?? 0) + number;
  }
  const types = of.services.flatMap(({ service, types }) => types.map((it) => ({ ...it, service })));
  const most = Math.max(...types.map((it) => it.count), 1);
  return (
    <>
      <h1>
        <bdi>{of.name}</bdi>
      </h1>
      <p class="soft">The snapshot of {moment(of.at)}</p>
      <dl class="tiles">
        <Tile title="Entities" number={of.entities} />
        <Tile title="Relationships" number={of.relationships} />
        <Tile title="Types of entities" number={types.length} />
        <Tile title="Changes" number={sum(changes)} href={to("timeline")} />
      </dl>
      <Completeness of={of} />
      <h2>Where it lies</h2>
      <ContainerMap containers={of.containers} />
      <div class="columns">
        <section>
          <h2>What there is</h2>
          <Table
            caption="Types of entities, by service"
            name="types"
            first={25}
            rows={types.toSorted((left, right) => right.count - left.count)}
            rowKey={(it) => it.type}
            columns={[
              { title: "Service", text: (it) => it.service },
              {
                title: "Type",
                text: (it) => it.type,
                cell: (it) => <a href={to("search", { type: it.type })}>{it.type}</a>,
              },
              { title: "Entities", text: (it) => it.count },
              {
                title: "Share",
                text: (it) => it.count / most,
                cell: (it) => <meter value={it.count} max={most} aria-label={`${count(it.count)} of ${it.type}`} />,
              },
            ]}
          />
        </section>
        <section>
          <h2>What was collected</h2>
          <Table
            caption="Instances"
            name="instances"
            rows={of.instances}
            rowKey={(it) => it.id}
            columns={[
              { title: "Instance", text: (it) => it.name },
              {
                title: "Status",
                text: (it) => it.status,
                cell: (it) => <Badge status={it.status === "incomplete" ? "partial" : it.status}>{it.status}</Badge>,
              },
              { title: "Entities", text: (it) => it.entities },
              { title: "Relationships", text: (it) => it.relationships },
              { title: "Requests", text: (it) => it.requests },
              { title: "Finished", text: (it) => it.at, cell: (it) => <time>{moment(it.at)}</time> },
            ]}
          />
          <h2>What has changed</h2>
          <Table
            caption="Changes since the last snapshot"
            name="changes"
            rows={Object.entries(changes)}
            rowKey={([change]) => change}
            columns={[
              { title: "Change", text: ([change]) => change, cell: ([change]) => <a href={to("timeline")}>{change}</a> },
              { title: "Entities and relationships", text: ([, number]) => number },
            ]}
          />
          {of.carried.length > 0 && (
            <Table
              caption="Carried forward: not found, and not proved to be gone"
              name="carried"
              first={10}
              rows={of.carried}
              rowKey={(it) => `${it.type} ${it.reason}`}
              columns={[
                { title: "Type", text: (it) => it.type },
                { title: "Count", text: (it) => it.count },
                { title: "Why", text: (it) => it.reason },
              ]}
            />
          )}
        </section>
      </div>
    </>
  );
}

const Tile = ({ title, number, href }: { title: string; number: number; href?: string }) => (
  <div>
    <dt>{title}</dt>
    <dd>{href ? <a href={href}>{count(number)}</a> : count(number)}</dd>
  </div>
);

/** How completely everything was read, in a sentence. */
function Completeness({ of }: { of: Overview }) {
  const total = sum(of.ledger);
  const whole = ["complete", "known", "skipped"].reduce((all, it) => all + (of.ledger[it] ?? 0), 0);
  if (whole === total) {
    return (
      <p class="notice good">
        <strong>Complete.</strong> All {counted(total, "list")} were read. <a href={to("ledger")}>Ledger</a>
      </p>
    );
  }
  return (
    <div class="notice doubt">
      <h2>Not complete</h2>
      <p>
        {counted(total - whole, "list")} of {count(total)} could not be read completely, so this graph lacks what they
        hold. The <a href={to("ledger")}>ledger</a> names each.
      </p>
      {of.permissions.length > 0 && (
        <p>
          What is lacking: <code>{of.permissions.slice(0, 4).join(", ")}</code>
          {of.permissions.length > 4 && ` and ${of.permissions.length - 4} more`}.{" "}
          <code>tenantgraph setup</code> grants it.
        </p>
      )}
    </div>
  );
}
