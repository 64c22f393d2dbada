// What is drawn of a graph: by cytoscape on a canvas, and here as SVG.

import type { Core } from "cytoscape";

import type { Theme } from "../theme";

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (it) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[it] ?? it);

/** The graph as SVG, with the places that it has on the canvas. */
export function svg(core: Core, of: Theme): string {
  const { x1, y1, w, h } = core.elements().boundingBox();
  const parts: string[] = [];
  core.edges().forEach((edge) => {
    const { x: sx, y: sy } = edge.source().position();
    const target = edge.target();
    const { x: tx, y: ty } = target.position();
    const far = Math.hypot(tx - sx, ty - sy) || 1;
    const short = (target.width() as number) / 2 + 4;
    const [ex, ey] = [tx - ((tx - sx) / far) * short, ty - ((ty - sy) / far) * short];
    parts.push(
      `<line x1="${sx.toFixed(1)}" y1="${sy.toFixed(1)}" x2="${ex.toFixed(1)}" y2="${ey.toFixed(1)}" stroke="${of.line}" stroke-width="1.4" marker-end="url(#end)"/>`,
      text((sx + tx) / 2, (sy + ty) / 2, String(edge.data("label") ?? ""), 9, of.soft),
    );
  });
  core.nodes().forEach((node) => {
    const { x, y } = node.position();
    if (node.data("isHub")) {
      parts.push(
        `<rect x="${(x - 65).toFixed(1)}" y="${(y - 17).toFixed(1)}" width="130" height="34" rx="6" fill="${of.panel}" stroke="${of.soft}" stroke-dasharray="4 3"/>`,
        text(x, y, String(node.data("label")), 11, of.ink),
      );
      return;
    }
    const radius = (node.width() as number) / 2;
    parts.push(
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${node.data("hue")}"/>`,
      text(x, y + radius + 12, String(node.data("label")), 11, of.ink),
    );
  });
  const box = [x1 - 20, y1 - 20, w + 40, h + 40].map((it) => it.toFixed(0));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(" ")}" width="${box[2]}" height="${box[3]}">` +
    `<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z" fill="${of.line}"/></marker></defs>` +
    `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${of.paper}"/>${parts.join("")}</svg>`
  );
}

function text(x: number, y: number, of: string, size: number, colour: string): string {
  const lines = of.split("\n").map((line, at) => `<tspan x="${x.toFixed(1)}" dy="${at === 0 ? 0 : size + 2}">${escaped(line)}</tspan>`);
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-family="system-ui, sans-serif" font-size="${size}" text-anchor="middle" fill="${colour}">${lines.join("")}</text>`;
}
