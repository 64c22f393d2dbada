// Tables, which can be sorted and saved.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { saveCsv } from "./save";
import { count } from "./words";

export type Column<Row> = {
  title: string;
  /** What is sorted and saved. */
  text: (row: Row) => string | number;
  /** What is shown, if it is more than the text. */
  cell?: (row: Row) => ComponentChildren;
};

type Properties<Row> = {
  caption: string;
  name: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** How many rows are shown before the rest is asked for. */
  first?: number;
};

const compare = (left: string | number, right: string | number): number =>
  typeof left === "number" && typeof right === "number"
    ? left - right
    : String(left).localeCompare(String(right), "en", { numeric: true });

export function Table<Row>({ caption, name, columns, rows, rowKey, first = 100 }: Properties<Row>) {
  const [order, setOrder] = useState<{ column: number; isDown: boolean }>();
  const [shown, setShown] = useState(first);
  const by = order && columns[order.column];
  const sorted = by
    ? rows.toSorted((left, right) => compare(by.text(left), by.text(right)) * (order.isDown ? -1 : 1))
    : rows;
  const sort = (column: number) =>
    setOrder((now) => ({ column, isDown: now?.column === column ? !now.isDown : isNumber(columns[column], rows) }));
  const save = () =>
    saveCsv(name, [columns.map((it) => it.title), ...sorted.map((row) => columns.map((it) => String(it.text(row))))]);
  return (
    <div class="table">
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption>
            {caption} <span class="soft">({count(rows.length)})</span>
          </caption>
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th
                  key={column.title}
                  scope="col"
                  class={isNumber(column, rows) ? "number" : ""}
                  aria-sort={order?.column === at ? (order.isDown ? "descending" : "ascending") : undefined}
                >
                  <button type="button" onClick={() => sort(at)}>
                    {column.title}
                    <span aria-hidden="true">{order?.column === at ? (order.isDown ? " ▾" : " ▴") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.title} class={typeof column.text(row) === "number" ? "number" : ""}>
                    {column.cell ? column.cell(row) : shownText(column.text(row))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="tools">
        {shown < rows.length && (
          <button type="button" onClick={() => setShown(shown + 200)}>
            Show more of {count(rows.length)} rows
          </button>
        )}
        {rows.length > 0 && (
          <button type="button" onClick={save}>
            Save as CSV
          </button>
        )}
      </p>
    </div>
  );
}

function isNumber<Row>(column: Column<Row> | undefined, rows: Row[]): boolean {
  const row = rows[0];
  return row !== undefined && typeof column?.text(row) === "number";
}

const shownText = (text: string | number) => (typeof text === "number" ? count(text) : <bdi>{text}</bdi>);
