// What may follow in a query: types, classes, verbs and properties of the model, and words of J1QL.

export type Model = {
  types: Record<string, { classes: string[]; count: number; properties: string[] }>;
  classes: string[];
  verbs: string[];
};

export type Choice = { text: string; detail: string };

const WORDS = ["FIND", "WITH", "AS", "THAT", "WHERE", "RETURN", "TREE", "AND", "OR", "LIMIT", "SKIP", "ORDER BY", "RELATES TO", "UNIQUE", "count()", "undefined", "true", "false"];

/** The choices for the word that ends at the cursor, and where that word begins. */
export function choices(model: Model, text: string, cursor: number): { begin: number; choices: Choice[] } {
  const before = text.slice(0, cursor);
  const word = /[\w*.!-]*$/.exec(before)?.[0] ?? "";
  const begin = cursor - word.length;
  const rest = before.slice(0, begin);
  // Within a string nothing is completed.
  if ((rest.match(/"/g)?.length ?? 0) % 2 === 1 || (rest.match(/'/g)?.length ?? 0) % 2 === 1) return { begin, choices: [] };
  const last = /([A-Za-z_!*<>]+|[(|,=])\s*$/.exec(rest)?.[1]?.toUpperCase() ?? "";
  const alias = /^(\w+)\.(\w*)$/.exec(word);
  let found: Choice[];
  if (alias) {
    found = properties(model, kindOf(model, text, alias[1] ?? "")).map((it) => ({ ...it, text: `${alias[1]}.${it.text}` }));
  } else if (last === "FIND" || last === "UNIQUE" || last === "TO" || last === "<<" || last === ">>" || model.verbs.includes(last)) {
    found = kinds(model);
  } else if (last === "THAT" || last === "!") {
    found = [...model.verbs.map((text) => ({ text, detail: "relationship" })), { text: "RELATES TO", detail: "any relationship" }];
  } else if (["WITH", "AND", "OR", "WHERE"].includes(last)) {
    found = properties(model, kindBefore(model, rest));
  } else {
    found = WORDS.map((text) => ({ text, detail: "" }));
  }
  return { begin, choices: matching(found, word) };
}

function kinds(model: Model): Choice[] {
  const types = Object.entries(model.types)
    .toSorted(([, left], [, right]) => right.count - left.count)
    .map(([text, { count }]) => ({ text, detail: count > 0 ? `type, ${count}` : "type, none here" }));
  return [...types, ...model.classes.map((text) => ({ text, detail: "class" })), { text: "*", detail: "everything" }];
}

/** The type or class that was named last. */
function kindBefore(model: Model, text: string): string {
  const words = text.match(/[A-Za-z_]\w*/g) ?? [];
  return words.findLast((it) => it in model.types || model.classes.includes(it)) ?? "";
}

/** The type or class that a name stands for. */
function kindOf(model: Model, text: string, alias: string): string {
  const at = new RegExp(`\\bAS\\s+${alias}\\b`, "i").exec(text)?.index;
  return at === undefined ? "" : kindBefore(model, text.slice(0, at));
}

function properties(model: Model, kind: string): Choice[] {
  const types = Object.entries(model.types).filter(([type, { classes }]) => kind === "" || type === kind || classes.includes(kind));
  const names = new Set(types.flatMap(([, it]) => it.properties));
  return [...names].toSorted().map((text) => ({ text, detail: kind ? `property of ${kind}` : "property" }));
}

function matching(of: Choice[], word: string): Choice[] {
  const wanted = word.toLowerCase();
  const starts = of.filter((it) => it.text.toLowerCase().startsWith(wanted));
  const within = of.filter((it) => wanted !== "" && it.text.toLowerCase().indexOf(wanted) > 0);
  const found = [...starts, ...within].slice(0, 12);
  return found.length === 1 && found[0]?.text === word ? [] : found;
}
