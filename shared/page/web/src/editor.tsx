// The query box: a text with completion.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { choices, type Model } from "./complete";
import { useAnswer } from "./parts";

const EMPTY: Model = { types: {}, classes: [], verbs: [] };

type Properties = { text: string; onText: (text: string) => void; onRun: () => void };

export function Editor({ text, onText, onRun }: Properties) {
  const model = useAnswer<Model>("model").value ?? EMPTY;
  const box = useRef<HTMLTextAreaElement>(null);
  const placed = useRef<number>(undefined);
  const [cursor, setCursor] = useState<number>();
  const [chosen, setChosen] = useState(0);
  const offered = useMemo(
    () => (cursor === undefined ? { begin: 0, choices: [] } : choices(model, text, cursor)),
    [model, text, cursor],
  );
  const isOpen = offered.choices.length > 0;

  const take = (at: number) => {
    const choice = offered.choices[at];
    if (!choice || cursor === undefined) return;
    const after = text.slice(cursor);
    const space = after.startsWith(" ") || after.startsWith(")") ? "" : " ";
    onText(text.slice(0, offered.begin) + choice.text + space + after);
    const end = offered.begin + choice.text.length + 1;
    setCursor(end);
    setChosen(0);
    placed.current = end;
  };
  // Whoever goes on typing does so behind what was taken.
  useLayoutEffect(() => {
    if (placed.current === undefined) return;
    box.current?.focus();
    box.current?.setSelectionRange(placed.current, placed.current);
    placed.current = undefined;
  }, [text]);
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      setCursor(undefined);
      return onRun();
    }
    if (!isOpen) {
      if (event.key === " " && event.ctrlKey) setCursor(box.current?.selectionStart);
      return;
    }
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      setChosen((chosen + move + offered.choices.length) % offered.choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      setCursor(undefined);
    }
  };
  return (
    <div class="editor">
      <label for="query-text">Query in J1QL</label>
      <textarea
        id="query-text"
        ref={box}
        rows={3}
        spellcheck={false}
        autocomplete="off"
        value={text}
        aria-haspopup="listbox"
        aria-controls="query-choices"
        aria-autocomplete="list"
        aria-activedescendant={isOpen ? `choice-${chosen}` : undefined}
        onInput={(event) => {
          onText(event.currentTarget.value);
          setCursor(event.currentTarget.selectionStart);
          setChosen(0);
        }}
        onKeyDown={press}
        onBlur={() => setCursor(undefined)}
      />
      <ul id="query-choices" role="listbox" aria-label="Completions" hidden={!isOpen}>
        {offered.choices.map((it, at) => (
          <li
            key={it.text + it.detail}
            id={`choice-${at}`}
            role="option"
            aria-selected={at === chosen}
            onMouseDown={(event) => (event.preventDefault(), take(at))}
          >
            <code>{it.text}</code> <span class="soft">{it.detail}</span>
          </li>
        ))}
      </ul>
      <p class="soft">
        Completion offers types, relationships and properties; the arrow keys choose, and Enter takes one. Ctrl+Enter
        runs the query.
      </p>
    </div>
  );
}
