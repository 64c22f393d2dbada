import type { Graph, Place } from "./layouts";

let worker: Worker | undefined;
let last = 0;

/** The places of the nodes of a graph, from the worker. */
export function places(graph: Graph): Promise<Place[]> {
  worker ??= new Worker("layout.js", { type: "module" });
  const number = ++last;
  const asked = worker;
  return new Promise((resolve) => {
    const take = ({ data }: MessageEvent<{ number: number; places: Place[] }>) => {
      if (data.number !== number) return;
      asked.removeEventListener("message", take);
      resolve(data.places);
    };
    asked.addEventListener("message", take);
    asked.postMessage({ number, graph });
  });
}
