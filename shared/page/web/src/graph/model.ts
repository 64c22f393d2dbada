// The part of the graph that is shown. It grows step by step, and never has more than 500 nodes.

import type { Answer, Group, Named, Neighbours } from "../api";
import { named } from "../api";
import { count } from "../words";

export const MOST = 500;

/** What stands for neighbours that are too many to be shown at once. */
export type Hub = { of: string; relationship: string; verb: string; out: boolean; left: number; skip: number };

export type Node = Named & { hub?: Hub; isStart?: boolean; isEnd?: boolean; isOpen?: boolean };
export type Link = { id: string; from: string; to: string; verb: string };
export type Shown = { nodes: Map<string, Node>; links: Map<string, Link>; isFull: boolean };

export const nothing = (): Shown => ({ nodes: new Map(), links: new Map(), isFull: false });

const copy = (of: Shown): Shown => ({ ...of, nodes: new Map(of.nodes), links: new Map(of.links) });

function addNode(to: Shown, node: Node): boolean {
  if (to.nodes.has(node.key)) return true;
  if (to.nodes.size >= MOST) {
    to.isFull = true;
    return false;
  }
  to.nodes.set(node.key, node);
  return true;
}

function addLink(to: Shown, from: string, end: string, verb: string): void {
  const id = `${from} ${verb} ${end}`;
  to.links.set(id, { id, from, to: end, verb });
}

const hubKey = (of: string, group: Group): string => `hub ${group.relationship} ${group.out} ${of}`;

function addGroup(to: Shown, of: string, group: Group, skip: number): void {
  const { relationship, verb, out, types } = group;
  let added = 0;
  for (const item of group.items ?? []) {
    if (!addNode(to, item)) break;
    added += 1;
    if (out) addLink(to, of, item.key, verb);
    else addLink(to, item.key, of, verb);
  }
  const key = hubKey(of, group);
  const taken = skip + added;
  const left = group.count - taken;
  for (const link of to.links.values()) {
    if (link.from === key || link.to === key) to.links.delete(link.id);
  }
  to.nodes.delete(key);
  if (left <= 0) return;
  const kinds = Object.keys(types);
  const type = kinds.length === 1 ? (kinds[0] ?? "") : `${kinds.length} types`;
  const hub = { of, relationship, verb, out, left, skip: taken };
  if (!addNode(to, { key, type, name: `${count(left)} more`, hub })) return;
  if (out) addLink(to, of, key, verb);
  else addLink(to, key, of, verb);
}

/** Adds an entity with what it is related to. */
export function opened(shown: Shown, { entity, groups }: Neighbours, isStart: boolean): Shown {
  const next = copy(shown);
  if (!addNode(next, { ...entity, isStart })) return next;
  const known = next.nodes.get(entity.key);
  next.nodes.set(entity.key, { ...entity, isStart: isStart || known?.isStart, isOpen: true });
  for (const group of groups) addGroup(next, entity.key, group, 0);
  return next;
}

/** Adds the next neighbours that a hub stands for. */
export function openedHub(shown: Shown, hub: Hub, group: Group): Shown {
  const next = copy(shown);
  addGroup(next, hub.of, group, hub.skip);
  return next;
}

/** Leaves out a node, and what is then related to nothing. */
export function without(shown: Shown, key: string): Shown {
  const next = copy(shown);
  next.nodes.delete(key);
  next.isFull = false;
  const beside = new Set<string>();
  for (const link of next.links.values()) {
    if (link.from === key || link.to === key) {
      next.links.delete(link.id);
      beside.add(link.from === key ? link.to : link.from);
    }
  }
  for (const link of next.links.values()) {
    beside.delete(link.from);
    beside.delete(link.to);
  }
  for (const lone of beside) if (!next.nodes.get(lone)?.isStart) next.nodes.delete(lone);
  return next;
}

/** The graph of an answer with a tree. It starts with what the query finds first. */
export function ofTree(answer: Answer, query: string): Shown {
  const shown = nothing();
  if (answer.type !== "tree") return shown;
  const first = /\bFIND\s+(?:UNIQUE\s+)?([\w*]+)/i.exec(query)?.[1] ?? "";
  for (const vertex of answer.data.vertices) {
    const isStart = [vertex.entity._type, vertex.entity._class].flat().includes(first);
    addNode(shown, { ...named(vertex), isStart });
  }
  for (const edge of answer.data.edges) {
    if (shown.nodes.has(edge.fromVertexId) && shown.nodes.has(edge.toVertexId)) {
      addLink(shown, edge.fromVertexId, edge.toVertexId, String(edge.relationship._class ?? ""));
    }
  }
  return shown;
}

/** The graph of ways, each a list of entities that follow on a first one. */
export type Step = Named & { verb: string; out: boolean; relationship: string };

export function ofPaths(from: Named, paths: Step[][]): Shown {
  const shown = nothing();
  addNode(shown, { ...from, isStart: true });
  for (const path of paths) {
    let here = from.key;
    path.forEach((step, at) => {
      const isEnd = at === path.length - 1;
      if (!addNode(shown, { ...step, isStart: isEnd, isEnd })) return;
      if (step.out) addLink(shown, here, step.key, step.verb);
      else addLink(shown, step.key, here, step.verb);
      here = step.key;
    });
  }
  return shown;
}
