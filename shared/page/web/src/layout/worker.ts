// Finds places without keeping the page from answering.

import { force, type Graph, layered } from "./layouts";

type Asked = { number: number; graph: Graph };

addEventListener("message", ({ data: { number, graph } }: MessageEvent<Asked>) => {
  const places = graph.layout === "layered" ? layered(graph.ids.length, graph.edges, graph.roots) : force(graph);
  postMessage({ number, places });
});
