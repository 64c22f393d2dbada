import { useEffect, useRef, useState } from "preact/hooks";

import { type Answer, type Failed, post } from "../api";
import { Editor } from "../editor";
import { asFailed, Failure, Loading } from "../parts";
import { go, to } from "../route";
import { AnswerView } from "./answer";

const EXAMPLES = [
  "FIND azure_user WITH accountEnabled = true AND mfaEnabled != true",
  "FIND azure_user AS u THAT HAS azure_ad_role_definition AS r RETURN u.displayName, r.displayName",
  "FIND Internet THAT ALLOWS azure_security_group THAT PROTECTS * RETURN TREE",
];

export function QueryView({ text }: { text: string }) {
  const [draft, setDraft] = useState(text);
  const [isCertain, setCertain] = useState(false);
  useEffect(() => setDraft(text), [text]);
  const run = () => go("query", { text: draft.trim() });
  return (
    <>
      <h1>Query</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <Editor text={draft} onText={setDraft} onRun={run} />
        <p class="row">
          <button type="submit" class="primary">
            Run the query
          </button>
          <label>
            <input type="checkbox" checked={isCertain} onChange={(event) => setCertain(event.currentTarget.checked)} /> Leave
            out what rests on what was not read
          </label>
        </p>
      </form>
      {text ? (
        <Run key={`${text} ${isCertain}`} text={text} isCertain={isCertain} name="query" />
      ) : (
        <>
          <h2>Examples</h2>
          <ul>
            {EXAMPLES.map((it) => (
              <li key={it}>
                <a href={to("query", { text: it })}>
                  <code>{it}</code>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

type State = { answer?: Answer; error?: Failed };

/** Runs a query, and shows its answer page by page. */
export function Run({ text, isCertain, name }: { text: string; isCertain: boolean; name: string }) {
  const [{ answer, error }, setState] = useState<State>({});
  const abort = useRef<AbortController>(undefined);
  const ask = (cursor?: string) => {
    abort.current?.abort();
    const current = new AbortController();
    abort.current = current;
    setState({});
    post<Answer>("query", { query: text, certain: isCertain, cursor }, current.signal).then(
      (answer) => setState({ answer }),
      (error) => current.signal.aborted || setState({ error: asFailed(error) }),
    );
  };
  useEffect(() => {
    ask();
    return () => abort.current?.abort();
  }, []);
  if (error) return <Failure error={error} />;
  if (!answer) return <Loading />;
  return (
    <>
      <AnswerView answer={answer} query={text} name={name} />
      {answer.cursor && (
        <button type="button" onClick={() => ask(answer.cursor)}>
          Show the next page
        </button>
      )}
    </>
  );
}
