// The answer to a query, as a table and, if it is a tree, as a graph.

import { useMemo } from "preact/hooks";

import { type Answer, named } from "../api";
import { GraphView } from "../graph/canvas";
import { ofTree } from "../graph/model";
import { Doubts, Empty, EntityLink } from "../parts";
import { Table } from "../table";
import { count, isMoment, moment, value } from "../words";

const ROWS = { list: "entities", table: "rows", tree: "entities" };

export function AnswerView({ answer, query, name }: { answer: Answer; query: string; name: string }) {
  const tree = useMemo(() => ofTree(answer, query), [answer, query]);
  const shown = answer.type === "tree" ? answer.data.vertices.length : answer.data.length;
  const unknown = answer.unknown.map((it) => ({ what: it.property ? `${it.property} of ${it.type}` : it.type, why: it.why }));
  return (
    <>
      <Doubts notes={answer.notes} unknown={unknown} />
      {shown === 0 ? (
        <Empty title="Nothing was found">
          <p>{unknown.length > 0 ? "What was not read may be there all the same." : "Everything that the query goes over was read."}</p>
        </Empty>
      ) : (
        <>
          <p role="status">
            {count(shown)} {ROWS[answer.type]}
            {answer.totalCount !== undefined && answer.totalCount !== shown && ` of ${count(answer.totalCount)}`} are shown.
          </p>
          {answer.type === "tree" && (answer.totalCount ?? 0) > shown && (
            <p class="notice">
              The picture has the first {count(shown)} entities, and the relationships among these. A query that finds
              fewer shows all.
            </p>
          )}
          {answer.type === "tree" && <GraphView shown={tree} layout="layered" name={name} />}
          {answer.type === "list" && (
            <Table
              caption="Entities"
              name={name}
              first={50}
              rows={answer.data.map(named)}
              rowKey={(it) => it.key}
              columns={[
                { title: "Name", text: (it) => it.name, cell: (it) => <EntityLink of={it} /> },
                { title: "Type", text: (it) => it.type },
                { title: "Key", text: (it) => it.key, cell: (it) => <code class="key">{it.key}</code> },
              ]}
            />
          )}
          {answer.type === "table" && (
            <Table
              caption="Rows"
              name={name}
              first={50}
              rows={answer.data.map((row, at) => ({ row, at }))}
              rowKey={(it) => String(it.at)}
              columns={(answer.columns ?? []).map((title) => ({
                title,
                text: ({ row }: { row: Record<string, unknown>; at: number }) => {
                  const cell = row[title];
                  if (isMoment(title, cell)) return moment(cell);
                  return typeof cell === "number" ? cell : value(cell);
                },
              }))}
            />
          )}
        </>
      )}
    </>
  );
}
