// How nodes and edges look.

import type { StylesheetJson } from "cytoscape";

import type { Theme } from "../theme";

export function style(of: Theme): StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        "background-color": "data(hue)",
        color: of.ink,
        "font-family": "system-ui, sans-serif",
        "font-size": 12,
        height: 22,
        label: "data(label)",
        "min-zoomed-font-size": 5,
        "overlay-color": of.accent,
        "text-background-color": of.paper,
        "text-background-opacity": 0.85,
        "text-background-padding": "2px",
        "text-max-width": "190px",
        "text-valign": "bottom",
        "text-margin-y": 3,
        "text-wrap": "wrap",
        width: 22,
      },
    },
    { selector: "node[?isOpen]", style: { "border-color": of.ink, "border-width": 2 } },
    { selector: "node[?isStart]", style: { height: 32, width: 32, "border-color": of.ink, "border-width": 3 } },
    {
      selector: "node[?isHub]",
      style: {
        "background-color": of.panel,
        "border-color": of.soft,
        "border-style": "dashed",
        "border-width": 2,
        height: 34,
        shape: "round-rectangle",
        "text-background-opacity": 0,
        "text-margin-y": 0,
        "text-valign": "center",
        width: 130,
      },
    },
    { selector: "node:selected", style: { "border-color": of.accent, "border-width": 4 } },
    {
      selector: "edge",
      style: {
        "arrow-scale": 0.8,
        color: of.soft,
        "curve-style": "straight",
        "font-family": "system-ui, sans-serif",
        "font-size": 9,
        label: "data(label)",
        "line-color": of.line,
        "min-zoomed-font-size": 7,
        "target-arrow-color": of.line,
        "target-arrow-shape": "triangle",
        "text-background-color": of.paper,
        "text-background-opacity": 0.85,
        "text-background-padding": "1px",
        "text-rotation": "autorotate",
        width: 1.4,
      },
    },
  ];
}
