// What a change has changed, once it is asked for.

import { useState } from "preact/hooks";

import { Answered, useAnswer } from "../parts";
import { isMoment, moment, shortened, value } from "../words";

export type Change = {
  change: string;
  type: string;
  key: string;
  properties?: string[];
  reason?: string;
};
type Value = { name: string; old: unknown; new: unknown };

export const details = (of: Change): string => of.properties?.join(", ") ?? of.reason ?? "";

type Asked = { of: Change; instance: string; job: string };

export function Details({ of, instance, job }: Asked) {
  const [isOpen, setOpen] = useState(false);
  const parameters = { instance, job, type: of.type, key: of.key };
  const found = useAnswer<{ values: Value[] }>("values", parameters, isOpen);
  if (of.change !== "updated") return <>{details(of)}</>;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{details(of)}</summary>
      {isOpen && (
        <Answered of={found}>
          {({ values }) => (
            <dl class="values">
              {values.map((it) => (
                <div key={it.name}>
                  <dt>
                    <code>{it.name}</code>
                  </dt>
                  <dd>
                    <del>{shown(it.name, it.old)}</del> → <ins>{shown(it.name, it.new)}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Answered>
      )}
    </details>
  );
}

function shown(name: string, of: unknown): string {
  if (of === null || of === undefined) return "(none)";
  return isMoment(name, of) ? moment(of) : shortened(value(of), 300);
}
