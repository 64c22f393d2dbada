import { useEffect, useState } from "preact/hooks";

import { type Failed, get, type Neighbours } from "../api";
import { GraphView } from "../graph/canvas";
import { MOST, type Node, nothing, opened, openedHub, type Shown, without } from "../graph/model";
import type { Graph } from "../layout/layouts";
import { asFailed, Behind, Empty, Failure, Loading } from "../parts";
import { to } from "../route";
import { counted, quoted } from "../words";

export function ExploreView({ start }: { start: string }) {
  const [shown, setShown] = useState<Shown>(nothing);
  const [layout, setLayout] = useState<Graph["layout"]>("force");
  const [error, setError] = useState<Failed>();
  const [says, say] = useState("");

  const open = async (key: string, isStart: boolean) => {
    const found = await get<Neighbours>("neighbours", { key });
    setShown((before) => opened(isStart ? nothing() : before, found, isStart));
    return found.entity;
  };
  useEffect(() => {
    setShown(nothing());
    setError(undefined);
    if (start) open(start, true).catch((it) => setError(asFailed(it)));
  }, [start]);

  const openNode = async (node: Node) => {
    const { hub } = node;
    try {
      if (hub) {
        const parameters = { key: hub.of, relationship: hub.relationship, direction: hub.out ? "out" : "in", skip: hub.skip };
        const group = (await get<Neighbours>("neighbours", parameters)).groups[0];
        if (group) setShown((before) => openedHub(before, hub, group));
        say(`25 more of ${node.type} are shown.`);
      } else {
        await open(node.key, false);
        say(`${node.name} is expanded.`);
      }
    } catch (it) {
      setError(asFailed(it));
    }
  };

  if (!start) {
    return (
      <>
        <h1>Graph</h1>
        <Empty title="A graph begins with an entity">
          <p>
            <a href={to("search")}>Search</a> for an entity, and explore the graph from its card. A{" "}
            <a href={to("query")}>query</a> that ends with <code>RETURN TREE</code> is drawn, too.
          </p>
        </Empty>
      </>
    );
  }
  const first = shown.nodes.get(start.toLowerCase()) ?? shown.nodes.get(start);
  return (
    <>
      <h1>
        Graph{first && ": "}
        <bdi>{first?.name}</bdi>
      </h1>
      {error && <Failure error={error} />}
      {!error && shown.nodes.size === 0 && <Loading what="The graph" />}
      {shown.nodes.size > 0 && (
        <>
          <p class="row">
            <span role="status">
              {counted(shown.nodes.size, "node")}, {counted(shown.links.size, "relationship")}. {says}
            </span>
            <label>
              Layout{" "}
              <select value={layout} onChange={(event) => setLayout(event.currentTarget.value as Graph["layout"])}>
                <option value="force">Clusters</option>
                <option value="layered">Layers</option>
              </select>
            </label>
          </p>
          {shown.isFull && (
            <p class="notice doubt">
              The picture has {MOST} nodes, and shows no more. Remove some, or start from another entity.
            </p>
          )}
          <GraphView
            shown={shown}
            layout={layout}
            name="graph"
            onOpen={openNode}
            onRemove={(node) => setShown((before) => without(before, node.key))}
          />
          {first && <Behind query={`FIND ${first.type} WITH _key = ${quoted(first.key)} THAT RELATES TO * RETURN TREE`} />}
        </>
      )}
    </>
  );
}
