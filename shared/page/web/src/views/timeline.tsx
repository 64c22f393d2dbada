import { useEffect, useState } from "preact/hooks";

import { get } from "../api";
import { Answered, Badge, Empty, useAnswer } from "../parts";
import { Picture } from "../picture";
import { go, to } from "../route";
import { Table } from "../table";
import { useTheme } from "../theme";
import { count, counted, moment, shortened } from "../words";
import { type Change, Details, details } from "./values";

type Job = {
  instance: string;
  name: string;
  job: string;
  at: string;
  status: string;
  entities: number;
  relationships: number;
  changes: Record<string, number>;
  first: boolean;
};
type Difference = Change & { recordKind: string; name?: string };
type Changes = { total: number; items: Difference[]; types: Record<string, Record<string, number>>; next: number | null };

const CHANGES = ["created", "newly readable", "updated", "deleted", "carried forward"];
const COLOURS: Record<string, string> = {
  created: "complete",
  "newly readable": "skipped",
  updated: "partial",
  deleted: "forbidden",
  "carried forward": "retired",
};

export function TimelineView({ parameters }: { parameters: URLSearchParams }) {
  const jobs = useAnswer<{ jobs: Job[] }>("jobs");
  const [instance, job] = [parameters.get("instance") ?? "", parameters.get("job") ?? ""];
  return (
    <>
      <h1>Timeline</h1>
      <Answered of={jobs}>
        {(it) => (
          <>
            <Jobs jobs={it.jobs} chosen={job} />
            {job ? (
              <Differences key={`${job} ${parameters}`} of={it.jobs.find((one) => one.job === job)} instance={instance} job={job} parameters={parameters} />
            ) : (
              <p>Choose a job to see each of its changes.</p>
            )}
          </>
        )}
      </Answered>
    </>
  );
}

function Jobs({ jobs, chosen }: { jobs: Job[]; chosen: string }) {
  const of = useTheme();
  if (jobs.length === 0) {
    return (
      <Empty title="No snapshot is kept">
        <p>The timeline shows how the snapshots of the jobs differ.</p>
      </Empty>
    );
  }
  const shown = jobs.slice(0, 30);
  const total = (it: Job) => Object.values(it.changes).reduce((sum, number) => sum + number, 0);
  // Everything is new in a first snapshot, which would make all others look the same.
  const scale = Math.max(1, ...shown.filter((it) => !it.first).map(total)) || 1;
  const [left, wide] = [290, 620];
  return (
    <>
      <Picture
        name="timeline"
        label={`The changes of ${counted(shown.length, "job")}; the table below says the same`}
        width={960}
        height={shown.length * 26 + 8}
        background={of.paper}
      >
        {shown.map((it, row) => {
          let x = left;
          const most = it.first ? Math.max(total(it), 1) : Math.max(scale, total(it));
          return (
            <g key={`${it.instance} ${it.job}`} class="link" onClick={() => go("timeline", { instance: it.instance, job: it.job })}>
              <text x={left - 8} y={row * 26 + 20} text-anchor="end" font-family="system-ui, sans-serif" font-size="12" fill={of.ink}>
                {`${shortened(it.name, 24)} · ${moment(it.at).replace(" UTC", "")}`}
              </text>
              {CHANGES.map((change) => {
                const width = ((it.changes[change] ?? 0) / most) * wide;
                const begin = x;
                x += width;
                return width > 0 ? (
                  <rect key={change} x={begin} y={row * 26 + 6} width={Math.max(width, 2)} height={18} fill={of.status[COLOURS[change] ?? ""]} opacity={it.first ? 0.45 : 1}>
                    <title>{`${count(it.changes[change] ?? 0)} ${change}`}</title>
                  </rect>
                ) : null;
              })}
              <text x={left + 6} y={row * 26 + 20} font-family="system-ui, sans-serif" font-size="12" fill={of.ink}>
                {it.first ? "the first snapshot: everything is new" : total(it) === 0 ? "no changes" : ""}
              </text>
            </g>
          );
        })}
      </Picture>
      <Table
        caption="Jobs"
        name="jobs"
        first={20}
        rows={jobs}
        rowKey={(it) => `${it.instance} ${it.job}`}
        columns={[
          {
            title: "Finished",
            text: (it) => it.at,
            cell: (it) => (
              <a href={to("timeline", { instance: it.instance, job: it.job })} aria-current={it.job === chosen ? "true" : undefined}>
                {moment(it.at)}
              </a>
            ),
          },
          { title: "Instance", text: (it) => it.name },
          {
            title: "Status",
            text: (it) => it.status,
            cell: (it) => <Badge status={it.status === "incomplete" ? "partial" : it.status}>{it.status}</Badge>,
          },
          ...CHANGES.map((change) => ({
            title: change.charAt(0).toUpperCase() + change.slice(1),
            text: (it: Job) => it.changes[change] ?? 0,
          })),
        ]}
      />
    </>
  );
}

type Chosen = { of: Job | undefined; instance: string; job: string; parameters: URLSearchParams };

function Differences({ of, instance, job, parameters }: Chosen) {
  const [type, change] = [parameters.get("type") ?? "", parameters.get("change") ?? ""];
  const asked = { instance, job, type, change };
  const found = useAnswer<Changes>("changes", asked);
  const [more, setMore] = useState<Changes>();
  useEffect(() => setMore(undefined), [job, type, change]);
  const load = async (skip: number) => {
    const next = await get<Changes>("changes", { ...asked, skip });
    setMore({ ...next, items: [...(more?.items ?? []), ...next.items] });
  };
  return (
    <>
      <h2>
        {of ? `Changes of ${of.name}, ${moment(of.at)}` : "Changes"}
        {type && ` of type ${type}`}
      </h2>
      {(type || change) && <a href={to("timeline", { instance, job })}>Show all of its changes</a>}
      <Answered of={found}>
        {(it) => {
          const next = more ? more.next : it.next;
          const types = Object.entries(it.types).flatMap(([kind, changes]) =>
            Object.entries(changes).map(([name, number]) => ({ kind, name, number })),
          );
          return it.total === 0 ? (
            <Empty title="Nothing has changed">
              <p>The snapshot is the same as the one before it.</p>
            </Empty>
          ) : (
            <div class="columns">
              <Table
                caption="Changes by type"
                name="changes-by-type"
                first={30}
                rows={types.toSorted((left, right) => right.number - left.number)}
                rowKey={(row) => `${row.kind} ${row.name}`}
                columns={[
                  {
                    title: "Type",
                    text: (row) => row.kind,
                    cell: (row) => <a href={to("timeline", { instance, job, type: row.kind, change: row.name })}>{row.kind}</a>,
                  },
                  { title: "Change", text: (row) => row.name },
                  { title: "Count", text: (row) => row.number },
                ]}
              />
              <div>
                <Table
                  caption={`Changes: ${count(it.items.length + (more?.items.length ?? 0))} of ${count(it.total)} are loaded`}
                  name="changes"
                  first={30}
                  rows={[...it.items, ...(more?.items ?? [])]}
                  rowKey={(row) => `${row.change} ${row.recordKind} ${row.type} ${row.key}`}
                  columns={[
                    { title: "Change", text: (row) => row.change },
                    {
                      title: "What",
                      text: (row) => row.name ?? row.key,
                      cell: (row) =>
                        row.name ? (
                          <a href={to("entity", { key: row.key })}>
                            <bdi>{row.name}</bdi>
                          </a>
                        ) : (
                          <code class="key">{row.key}</code>
                        ),
                    },
                    { title: "Type", text: (row) => row.type },
                    {
                      title: "Details",
                      text: details,
                      cell: (row) => <Details of={row} instance={instance} job={job} />,
                    },
                  ]}
                />
                {next !== null && (
                  <button type="button" onClick={() => load(next)}>
                    Load 100 more
                  </button>
                )}
              </div>
            </div>
          );
        }}
      </Answered>
    </>
  );
}
