// Where the nodes of a graph lie. Both layouts give the same places for the same graph.

export type Place = { x: number; y: number };
export type Graph = {
  layout: "layered" | "force";
  ids: string[];
  edges: [number, number][];
  /** Where layers begin; if nothing is named, with what nothing leads to. */
  roots: number[];
  /** Where nodes lie that have a place already. */
  places: (Place | undefined)[];
};

/** Layers from left to right: the roots come first, or else what nothing leads to. */
export function layered(count: number, edges: [number, number][], roots: number[]): Place[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  const into = new Array<number>(count).fill(0);
  for (const [from, to] of edges) {
    if (from === to) continue;
    out[from]?.push(to);
    // From a root, a path may go against the arrows.
    if (roots.length > 0) out[to]?.push(from);
    else into[to] = (into[to] ?? 0) + 1;
  }
  const layer = new Array<number>(count).fill(-1);
  const all = Array.from({ length: count }, (_, it) => it);
  // Where everything is within circles, a walk begins at whatever comes first.
  const begins = roots.length > 0 ? [roots] : [all.filter((it) => into[it] === 0)];
  for (const begin of [...begins, ...all.map((it) => [it])]) {
    const queue = begin.filter((it) => layer[it] === -1);
    for (const root of queue) layer[root] = 0;
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      for (const next of out[node] ?? []) {
        if (layer[next] !== -1) continue;
        layer[next] = (layer[node] ?? 0) + 1;
        queue.push(next);
      }
    }
  }
  const rows: number[][] = [];
  for (const node of all) (rows[layer[node] ?? 0] ??= []).push(node);
  const order = untangled(rows, edges, count);
  const places: Place[] = new Array(count);
  let x = 0;
  for (const row of order) {
    // A long layer takes several columns, or it could not be seen at once.
    const columns = Math.ceil(row.length / Math.max(12, Math.sqrt(count) * 1.6));
    const high = Math.ceil(row.length / columns);
    row.forEach((node, at) => {
      const column = Math.floor(at / high);
      const within = Math.min(high, row.length - column * high);
      places[node] = { x: x + column * 200, y: ((at % high) - (within - 1) / 2) * 64 };
    });
    x += (columns - 1) * 200 + 250;
  }
  return places;
}

/** The order within layers by which fewer edges cross: each node beside the middle of its own. */
function untangled(rows: number[][], edges: [number, number][], count: number): number[][] {
  const beside: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    beside[from]?.push(to);
    beside[to]?.push(from);
  }
  const at = new Array<number>(count).fill(0);
  const place = (row: number[]) => row.forEach((node, index) => (at[node] = index / Math.max(1, row.length)));
  rows.forEach(place);
  for (let sweep = 0; sweep < 6; sweep++) {
    const order = sweep % 2 === 0 ? rows : rows.toReversed();
    for (const row of order) {
      const middle = (node: number) => {
        const others = beside[node] ?? [];
        if (others.length === 0) return at[node] ?? 0;
        return others.reduce((sum, it) => sum + (at[it] ?? 0), 0) / others.length;
      };
      const middles = new Map(row.map((node) => [node, middle(node)]));
      row.sort((left, right) => (middles.get(left) ?? 0) - (middles.get(right) ?? 0) || left - right);
      place(row);
    }
  }
  return rows;
}

/** Nodes push each other away, and edges pull. What has a place moves less. */
export function force({ ids, edges, places }: Graph): Place[] {
  const count = ids.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const isPlaced = places.map((it) => it !== undefined);
  for (let node = 0; node < count; node++) {
    const known = places[node];
    // A spiral: nodes never begin at the same place, and always at the same ones.
    const angle = node * 2.399963;
    const distance = 30 * Math.sqrt(node + 1);
    const near = known ?? nearest(node, edges, places);
    x[node] = known ? known.x : (near?.x ?? 0) + Math.cos(angle) * (near ? 90 : distance);
    y[node] = known ? known.y : (near?.y ?? 0) + Math.sin(angle) * (near ? 90 : distance);
  }
  const degree = new Float64Array(count).fill(1);
  for (const [from, to] of edges) {
    degree[from]! += 1;
    degree[to]! += 1;
  }
  const rounds = count > 250 ? 200 : 320;
  const dx = new Float64Array(count);
  const dy = new Float64Array(count);
  for (let round = 0; round < rounds; round++) {
    const heat = 40 * (1 - round / rounds) + 0.5;
    dx.fill(0);
    dy.fill(0);
    for (let one = 0; one < count; one++) {
      for (let other = one + 1; other < count; other++) {
        const across = x[one]! - x[other]!;
        // Labels are wide, so nodes beside each other need more room than those above each other.
        const down = (y[one]! - y[other]!) * 1.5;
        const far = across * across + down * down + 0.01;
        if (far > 360_000) continue;
        const push = 7_000 / far;
        dx[one]! += across * push;
        dx[other]! -= across * push;
        dy[one]! += down * push;
        dy[other]! -= down * push;
      }
      dx[one]! -= x[one]! * 0.6;
      dy[one]! -= y[one]! * 0.6;
    }
    for (const [from, to] of edges) {
      const across = x[to]! - x[from]!;
      const down = y[to]! - y[from]!;
      const length = Math.hypot(across, down) + 0.01;
      const pull = ((length - 95) * 6) / length / Math.min(8, Math.max(degree[from]!, degree[to]!) ** 0.5);
      dx[from]! += across * pull;
      dy[from]! += down * pull;
      dx[to]! -= across * pull;
      dy[to]! -= down * pull;
    }
    for (let node = 0; node < count; node++) {
      const length = Math.hypot(dx[node]!, dy[node]!) + 0.01;
      const step = Math.min(length * 0.02, heat) * (isPlaced[node] ? 0.3 : 1);
      x[node]! += (dx[node]! / length) * step;
      y[node]! += (dy[node]! / length) * step;
    }
  }
  return ids.map((_, node) => ({ x: x[node]!, y: y[node]! }));
}

/** The place of a node that a new one is related to. */
function nearest(node: number, edges: [number, number][], places: (Place | undefined)[]): Place | undefined {
  for (const [from, to] of edges) {
    const other = from === node ? to : to === node ? from : -1;
    if (places[other]) return places[other];
  }
  return undefined;
}
