// The picture of a graph, with the table that says the same.

import type { Core } from "cytoscape";
import { useEffect, useRef, useState } from "preact/hooks";

import { places } from "../layout/ask";
import type { Graph } from "../layout/layouts";
import { SaveButtons } from "../picture";
import { EntityLink } from "../parts";
import { saveBlob, saveSvg } from "../save";
import { Table } from "../table";
import { hue, isStill, type Theme, useTheme } from "../theme";
import { counted, shortened } from "../words";
import { svg } from "./drawing";
import type { Node, Shown } from "./model";
import { style } from "./style";

type Properties = {
  shown: Shown;
  layout: Graph["layout"];
  name: string;
  /** What choosing a node does: opening it, or leading to its card. */
  onOpen?: (node: Node) => void;
  onRemove?: (node: Node) => void;
};

declare global {
  interface Window {
    tenantgraph?: { core?: Core; isLaidOut: boolean };
  }
}

export function GraphView({ shown, layout, name, onOpen, onRemove }: Properties) {
  const place = useRef<HTMLDivElement>(null);
  const [core, setCore] = useState<Core>();
  const of = useTheme();
  const [selected, select] = useState<string>();
  const opening = useRef(onOpen);
  opening.current = onOpen;
  const nodes = useRef(shown.nodes);
  nodes.current = shown.nodes;

  useEffect(() => {
    let made: Core | undefined;
    let isGone = false;
    void import("cytoscape").then(({ default: cytoscape }) => {
      if (isGone) return;
      made = cytoscape({
        container: place.current,
        layout: { name: "preset" },
        style: style(of),
        minZoom: 0.05,
        maxZoom: 3,
        pixelRatio: Math.min(devicePixelRatio, 2),
        textureOnViewport: true,
      });
      window.tenantgraph = { core: made, isLaidOut: false };
      made.on("tap", "node", (event) => select(String(event.target.id())));
      made.on("tap", (event) => void (event.target === made && select(undefined)));
      made.on("dbltap", "node", (event) => {
        const node = nodes.current.get(String(event.target.id()));
        if (node) opening.current?.(node);
      });
      setCore(made);
    });
    return () => {
      isGone = true;
      made?.destroy();
      window.tenantgraph = undefined;
    };
  }, []);

  useEffect(() => {
    core?.style(style(of));
    core?.nodes().forEach((node) => void node.data("hue", hue(String(node.data("type")), of)));
  }, [core, of]);

  useEffect(() => {
    if (core) void draw(core, shown, layout, of);
  }, [core, shown, layout]);

  const node = selected === undefined ? undefined : shown.nodes.get(selected);
  const links = [...shown.links.values()];
  const end = (key: string) => shown.nodes.get(key) ?? { key, type: "", name: key };
  const fit = () => core?.fit(undefined, 30);
  const zoom = (by: number) => {
    const { width = 0, height = 0 } = place.current?.getBoundingClientRect() ?? {};
    core?.zoom({ level: core.zoom() * by, renderedPosition: { x: width / 2, y: height / 2 } });
  };
  const savePng = async () => {
    const picture = core?.png({ output: "blob", full: true, bg: of.paper, scale: 2, maxWidth: 8000, maxHeight: 8000 });
    if (picture) saveBlob(`${name}.png`, picture as unknown as Blob);
  };
  const cell = (it: Node) => (it.hub ? <Open node={it} onOpen={onOpen} /> : <EntityLink of={it} />);
  const nodeColumns = [
    { title: "Name", text: (it: Node) => it.name, cell },
    {
      title: "Actions",
      text: (it: Node) => (it.isOpen ? "open" : ""),
      cell: (it: Node) => (
        <span class="row">
          {!it.hub && !it.isOpen && <Open node={it} onOpen={onOpen} />}
          {onRemove && !it.isStart && (
            <button type="button" onClick={() => onRemove(it)} aria-label={`Remove ${it.name}`}>
              Remove
            </button>
          )}
        </span>
      ),
    },
    { title: "Type", text: (it: Node) => it.type },
  ];
  return (
    <div class="graph">
      <figure class="picture">
        <div
          ref={place}
          class="canvas"
          role="img"
          aria-label={`A graph of ${counted(shown.nodes.size, "node")} and ${counted(shown.links.size, "relationship")}; the tables below say the same`}
        />
        <div class="tools">
          <button type="button" onClick={fit}>
            Fit
          </button>
          <button type="button" onClick={() => zoom(1.3)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => zoom(1 / 1.3)} aria-label="Zoom out">
            −
          </button>
          <SaveButtons svg={() => core && saveSvg(name, svg(core, of))} png={savePng} />
        </div>
        {node && (
          <div class="chosen" role="status">
            <strong>
              <bdi>{node.name}</bdi>
            </strong>{" "}
            <span class="soft">{node.type}</span>
            <span class="row">
              {!node.hub && (
                <a class="button" href={`#/entity?key=${encodeURIComponent(node.key)}`}>
                  Card
                </a>
              )}
              {onOpen && !node.isOpen && <Open node={node} onOpen={onOpen} />}
              {onRemove && !node.isStart && (
                <button type="button" onClick={() => onRemove(node)}>
                  Remove
                </button>
              )}
            </span>
          </div>
        )}
      </figure>
      <div class="beside">
        <Table
          caption="Relationships in the picture"
          name={`${name}-relationships`}
          first={25}
          rows={links}
          rowKey={(it) => it.id}
          columns={[
            { title: "From", text: (it) => end(it.from).name, cell: (it) => cell(end(it.from)) },
            { title: "Relationship", text: (it) => it.verb },
            { title: "To", text: (it) => end(it.to).name, cell: (it) => cell(end(it.to)) },
          ]}
        />
        <Table
          caption="Entities in the picture"
          name={`${name}-entities`}
          first={25}
          rows={[...shown.nodes.values()]}
          rowKey={(it) => it.key}
          columns={onOpen ? nodeColumns : nodeColumns.filter((it) => it.title !== "Actions")}
        />
      </div>
    </div>
  );
}

function Open({ node, onOpen }: { node: Node; onOpen?: (node: Node) => void }) {
  if (!onOpen) return <bdi>{node.name}</bdi>;
  const label = node.hub ? `Show 25 of ${node.name}` : `Expand ${node.name}`;
  return (
    <button type="button" onClick={() => onOpen(node)} aria-label={label}>
      {node.hub ? `${node.name}: show 25` : "Expand"}
    </button>
  );
}

/** Brings the canvas to what is shown. What stays keeps its place as far as it can. */
async function draw(core: Core, shown: Shown, layout: Graph["layout"], of: Theme): Promise<void> {
  if (window.tenantgraph) window.tenantgraph.isLaidOut = false;
  const known = new Map(core.nodes().map((node) => [node.id(), { ...node.position() }] as const));
  const ids = [...shown.nodes.keys()];
  const at = new Map(ids.map((id, number) => [id, number]));
  const links = [...shown.links.values()];
  const edges = links.map((it): [number, number] => [at.get(it.from) ?? 0, at.get(it.to) ?? 0]);
  const starts = ids.filter((id) => shown.nodes.get(id)?.isStart && !shown.nodes.get(id)?.isEnd);
  // Where most nodes are starts, such as users who manage users, the arrows say more.
  const roots = starts.length * 2 > ids.length ? [] : starts.map((id) => at.get(id) ?? 0);
  const found = await places({ layout, ids, edges, roots, places: ids.map((id) => known.get(id)) });
  if (core.destroyed()) return;
  core.batch(() => {
    core.elements().forEach((it) => {
      if (!shown.nodes.has(it.id()) && !shown.links.has(it.id())) it.remove();
    });
    for (const node of shown.nodes.values()) {
      const type = node.hub ? node.type : node.type.replace(/^azure_/, "");
      const data = {
        id: node.key,
        label: `${shortened(node.name, 26)}\n${shortened(type, 28)}`,
        hue: hue(node.type, of),
        type: node.type,
        isHub: !!node.hub,
        isOpen: !!node.isOpen,
        isStart: !!node.isStart,
      };
      const present = core.getElementById(node.key);
      if (present.nonempty()) present.data(data);
      else core.add({ data, position: known.get(node.key) ?? { ...found[at.get(node.key) ?? 0]! } });
    }
    for (const link of links) {
      if (core.getElementById(link.id).empty()) {
        core.add({ data: { id: link.id, source: link.from, target: link.to, label: link.verb } });
      }
    }
  });
  const isQuick = isStill() || known.size === 0 || ids.length > 120;
  const move = core.layout({
    name: "preset",
    positions: (node: { id: () => string } | string) => {
      const id = typeof node === "string" ? node : node.id();
      return found[at.get(id) ?? 0] ?? { x: 0, y: 0 };
    },
    animate: !isQuick,
    animationDuration: 250,
    fit: true,
    padding: 30,
  });
  move.one("layoutstop", () => {
    // A few nodes would otherwise fill the canvas.
    const most = (1.3 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;
    if (core.zoom() > most) {
      core.zoom(most);
      core.center();
    }
    if (window.tenantgraph) window.tenantgraph.isLaidOut = true;
  });
  move.run();
}
