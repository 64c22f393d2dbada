// The map of management groups, subscriptions and resource groups.

import type { Named } from "../api";
import { Behind, Empty, EntityLink } from "../parts";
import { Picture } from "../picture";
import { go } from "../route";
import { Table } from "../table";
import { hue, type Theme, useTheme } from "../theme";
import { treemap } from "../treemap";
import { counted, shortened } from "../words";

export type Container = Named & { parent: string | null; count: number };

const [WIDTH, HEIGHT] = [1240, 400];

export function ContainerMap({ containers }: { containers: Container[] }) {
  const of = useTheme();
  const byKey = new Map(containers.map((it) => [it.key, it]));
  const subscriptions = containers.filter((it) => it.type === "azure_subscription" && it.count > 0);
  if (subscriptions.length === 0) {
    return (
      <Empty title="No subscription was read">
        <p>The map shows what lies in which subscription and resource group. This snapshot has none.</p>
      </Empty>
    );
  }
  const chain = (it: Container): Container[] => {
    const found: Container[] = [];
    for (let here = byKey.get(it.parent ?? ""); here && !found.includes(here); here = byKey.get(here.parent ?? "")) {
      found.unshift(here);
    }
    return found;
  };
  const path = (it: Container) => chain(it).map((above) => above.name).join(" › ");
  // A management group holds what the subscriptions below it hold.
  const total = (it: Container) =>
    it.type === "azure_management_group"
      ? subscriptions.filter((below) => chain(below).includes(it)).reduce((sum, below) => sum + below.count, 0)
      : it.count;
  const groups = (it: Container) => containers.filter((other) => other.parent === it.key && other.type === "azure_resource_group");
  const boxes = treemap(subscriptions, (it) => it.count, { x: 0, y: 0, width: WIDTH, height: HEIGHT });
  return (
    <>
      <Picture
        name="map"
        label={`A map of ${counted(subscriptions.length, "subscription")} and their resource groups; the table below says the same`}
        width={WIDTH}
        height={HEIGHT}
        background={of.paper}
      >
        {boxes.map((box) => (
          <g key={box.item.key}>
            <title>{`${box.item.name}: ${counted(box.item.count, "entity", "entities")}`}</title>
            <Rectangle box={box} fill={of.panel} stroke={of.line} />
            <Label box={box} text={`${box.item.name} · ${box.item.count}`} fill={of.ink} />
            {treemap(groups(box.item), (it) => it.count, inner(box)).map((group) => (
              <g key={group.item.key} class="link" onClick={() => go("entity", { key: group.item.key })}>
                <title>{`${group.item.name}: ${counted(group.item.count, "entity", "entities")}`}</title>
                <Rectangle box={group} fill={hue(box.item.key, of)} stroke={of.paper} />
                <Label box={group} text={`${group.item.name} · ${group.item.count}`} fill={inkOn(of)} />
              </g>
            ))}
          </g>
        ))}
      </Picture>
      <Table
        caption="Management groups, subscriptions and resource groups"
        name="map"
        first={12}
        rows={containers.toSorted((left, right) => sortKey(path(left), left).localeCompare(sortKey(path(right), right)))}
        rowKey={(it) => it.key}
        columns={[
          { title: "Lies in", text: path },
          { title: "Name", text: (it) => it.name, cell: (it) => <EntityLink of={it} /> },
          { title: "Type", text: (it) => it.type },
          { title: "Entities in it", text: total },
        ]}
      />
      <Behind query="FIND azure_subscription THAT HAS azure_resource_group RETURN TREE" />
    </>
  );
}

type Area = { x: number; y: number; width: number; height: number };

const inner = ({ x, y, width, height }: Area): Area => ({ x: x + 4, y: y + 24, width: width - 8, height: height - 28 });

const inkOn = (of: Theme) => (of.paper === "#ffffff" ? "#ffffff" : "#0b0e14");

const sortKey = (path: string, it: Container) => `${path} › ${it.name}`;

const Rectangle = ({ box, fill, stroke }: { box: Area; fill: string; stroke: string }) => (
  <rect x={box.x} y={box.y} width={Math.max(0, box.width)} height={Math.max(0, box.height)} fill={fill} stroke={stroke} />
);

function Label({ box, text, fill }: { box: Area; text: string; fill: string }) {
  const letters = Math.floor((box.width - 10) / 6.6);
  if (letters < 4 || box.height < 18) return null;
  return (
    <text x={box.x + 6} y={box.y + 16} font-family="system-ui, sans-serif" font-size="12" fill={fill}>
      {shortened(text, letters)}
    </text>
  );
}
