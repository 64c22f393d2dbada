import { Answered, Badge, Empty, useAnswer } from "../parts";
import { Table } from "../table";
import { moment } from "../words";

type Alert = {
  tenant: string;
  rule: string;
  state: string;
  since: string;
  at: string;
  told: string | null;
  total: number;
  sample: string[];
  unknown: string[];
  undelivered: number;
};

export function AlertsView() {
  const alerts = useAnswer<{ alerts: Alert[] }>("alerts");
  return (
    <>
      <h1>Alerts</h1>
      <Answered of={alerts}>{(it) => <Rules alerts={it.alerts} />}</Answered>
    </>
  );
}

function Rules({ alerts }: { alerts: Alert[] }) {
  if (alerts.length === 0) {
    return (
      <Empty title="No rule was evaluated yet">
        <p>
          A rule asks a query after each snapshot, and tells you when the answer changes. Write one, store it under{" "}
          <code>rules/</code>, and run <code>tenantgraph rules run</code>; this view then says how each rule stands.
        </p>
      </Empty>
    );
  }
  const firing = alerts.filter((it) => it.state === "firing").length;
  const unknown = alerts.filter((it) => it.state === "unknown").length;
  return (
    <>
      <p role="status">
        Firing: {firing}. Not known: {unknown}. All rules: {alerts.length}.
      </p>
      <Table
        caption="Rules"
        name="alerts"
        rows={alerts.toSorted((left, right) => rank(left) - rank(right))}
        rowKey={(it) => `${it.tenant} ${it.rule}`}
        columns={[
          { title: "State", text: (it) => it.state, cell: (it) => <Badge status={it.state} /> },
          { title: "Rule", text: (it) => it.rule },
          { title: "Since", text: (it) => it.since, cell: (it) => <time>{moment(it.since)}</time> },
          { title: "Rows", text: (it) => it.total },
          { title: "Such as", text: (it) => it.sample.join(", ") },
          { title: "Not known", text: (it) => it.unknown.join("; ") },
          { title: "Still to be delivered", text: (it) => it.undelivered },
        ]}
      />
    </>
  );
}

const rank = (it: Alert) => ["firing", "unknown", "ok"].indexOf(it.state);
