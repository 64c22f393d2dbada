import { useEffect, useState } from "preact/hooks";

import { get } from "../api";
import { Answered, asFailed, Badge, Behind, Doubts, Empty, Loading, useAnswer } from "../parts";
import { to } from "../route";
import { type Column, Table } from "../table";
import { count, counted, moment } from "../words";
import { Run } from "./query";

type Question = {
  id: string;
  title: string;
  severity: string;
  meaning: string;
  references: string[];
  bad: string;
  good: string | null;
  area: string;
};
type Judged = { id: string; bad?: number; good?: number | null; unknown?: string[]; error?: string };

const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"];

export function QuestionsView() {
  const questions = useAnswer<{ questions: Question[] }>("questions");
  return (
    <>
      <h1>Questions</h1>
      <p>What is to be known of every tenant: each question has a query that finds what is bad.</p>
      <Answered of={questions}>{(it) => <Judging questions={it.questions} />}</Answered>
    </>
  );
}

/** How many questions are asked at a time. The server leaves room for what else is asked. */
const AT_ONCE = 3;

/** The answers to questions, in an earlier snapshot if one is named. A few are asked at a time. */
function useJudged(ids: string[], at: string | undefined, isWanted: boolean): Record<string, Judged> {
  const [answers, setAnswers] = useState<Record<string, Judged>>({});
  useEffect(() => {
    setAnswers({});
    if (!isWanted) return;
    let isCurrent = true;
    // Whoever has an answer takes the next question.
    const waiting = ids.values();
    const ask = async () => {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        const id = next.value;
        const answer = await get<Judged>("question", { id, at }).catch((error) => ({ id, error: asFailed(error).message }));
        if (!isCurrent) return;
        setAnswers((before) => ({ ...before, [id]: answer }));
      }
    };
    for (let number = 0; number < AT_ONCE; number++) void ask();
    return () => {
      isCurrent = false;
    };
  }, [at, isWanted]);
  return answers;
}

function Judging({ questions }: { questions: Question[] }) {
  const ids = questions.map((it) => it.id);
  const answers = useJudged(ids, undefined, true);
  const earlier = useAnswer<{ earlier: string[] }>("earlier").value?.earlier ?? [];
  const [chosen, choose] = useState<string>();
  const then = chosen ?? earlier[0] ?? "";
  const before = useJudged(ids, then, then !== "" && Object.keys(answers).length === ids.length);
  const [area, setArea] = useState("");
  const standing = (it: Question) => standingOf(answers[it.id]);
  const rows = questions
    .filter((it) => !area || it.area === area)
    .toSorted((left, right) => rank(left, standing(left)) - rank(right, standing(right)));
  const asked = Object.keys(answers).length;
  const bad = questions.filter((it) => standing(it) === "bad").length;
  const known = Object.values(before).filter((it) => it.bad !== undefined);
  const changed = (sign: number) => known.filter((it) => Math.sign((answers[it.id]?.bad ?? 0) - (it.bad ?? 0)) === sign).length;
  const columns: Column<Question>[] = [
    { title: "Answer", text: standing, cell: (it) => <Badge status={standing(it)} /> },
    { title: "Severity", text: (it) => it.severity.toLowerCase() },
    {
      title: "Question",
      text: (it) => it.title,
      cell: (it) => <a href={to("question", { id: it.id })}>{it.title}</a>,
    },
    { title: "Area", text: (it) => it.area },
    ...counts("", (it: Question) => answers[it.id]),
    ...(then ? counts(" then", (it: Question) => before[it.id]) : []),
    { title: "Controls", text: (it) => it.references.join("; ") },
  ];
  return (
    <>
      <p class="row">
        <span role="status" data-asked={asked}>
          {asked < questions.length ? `${asked} of ${questions.length} are answered so far. ` : ""}
          {bad} of {questions.length} have something bad.
        </span>
        <label>
          Compare with{" "}
          <select value={then} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">no other snapshot</option>
            {earlier.map((it) => (
              <option key={it} value={it}>
                {moment(it)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Area{" "}
          <select value={area} onChange={(event) => setArea(event.currentTarget.value)}>
            <option value="">All</option>
            {[...new Set(questions.map((it) => it.area))].map((it) => (
              <option key={it}>{it}</option>
            ))}
          </select>
        </label>
      </p>
      {then ? (
        <p role="status" data-then={Object.keys(before).length}>
          {Object.keys(before).length < questions.length
            ? `Of the snapshot of ${moment(then)}, ${Object.keys(before).length} of ${questions.length} are answered.`
            : `Since ${moment(then)}, ${counted(changed(1), "question has", "questions have")} more that is bad, and ` +
              `${counted(changed(-1), "question has", "questions have")} less.`}
        </p>
      ) : (
        earlier.length === 0 && <p class="soft">{NO_HISTORY}</p>
      )}
      <Table
        caption="Questions"
        name="questions"
        first={300}
        rows={rows}
        rowKey={(it) => it.id}
        columns={columns}
      />
    </>
  );
}

const NO_HISTORY = "There is no history yet: no earlier snapshot has tables that can be asked.";

/** How many entities are bad, good and unknown. */
function counts<Row>(then: string, of: (row: Row) => Judged | undefined): Column<Row>[] {
  const column = (title: string, value: (it: Judged | undefined) => number | null | undefined): Column<Row> => ({
    title: title + then,
    text: (row) => value(of(row)) ?? "",
    cell: (row) => number(value(of(row))),
  });
  return [
    column("Bad", (it) => it?.bad),
    column("Good", (it) => it?.good),
    column("Unknown", (it) => it?.unknown?.length),
  ];
}

const number = (of: number | null | undefined) => (of === undefined || of === null ? "" : count(of));

function standingOf(answer: Judged | undefined): string {
  if (!answer) return "waiting";
  if (answer.error) return "failed";
  if ((answer.bad ?? 0) > 0) return "bad";
  return (answer.unknown?.length ?? 0) > 0 ? "unknown" : "good";
}

const rank = (it: Question, standing: string) =>
  ["bad", "failed", "unknown", "waiting", "good"].indexOf(standing) * 10 + SEVERITIES.indexOf(it.severity);

export function QuestionView({ id }: { id: string }) {
  const questions = useAnswer<{ questions: Question[] }>("questions");
  return (
    <Answered of={questions}>
      {(it) => {
        const question = it.questions.find((one) => one.id === id);
        return question ? (
          <One key={id} question={question} />
        ) : (
          <Empty title="There is no such question">
            <p>
              The <a href={to("questions")}>list of questions</a> has all of them.
            </p>
          </Empty>
        );
      }}
    </Answered>
  );
}

function One({ question }: { question: Question }) {
  const judged = useAnswer<Judged>("question", { id: question.id });
  const [isGood, setGood] = useState(false);
  const query = isGood && question.good ? question.good : question.bad;
  const { bad, good, unknown = [] } = judged.value ?? {};
  return (
    <article>
      <p class="soft">
        <a href={to("questions")}>Questions</a> · {question.area} · severity {question.severity.toLowerCase()}
      </p>
      <h1>{question.title}</h1>
      <p>{question.meaning}</p>
      {question.references.length > 0 && <p class="soft">Controls: {question.references.join("; ")}</p>}
      {judged.isLoading ? (
        <Loading />
      ) : (
        <p class="row" role="status">
          <button type="button" aria-pressed={!isGood} onClick={() => setGood(false)}>
            <Badge status="bad" /> {number(bad)}
          </button>
          {question.good && (
            <button type="button" aria-pressed={isGood} onClick={() => setGood(true)}>
              <Badge status="good" /> {number(good)}
            </button>
          )}
        </p>
      )}
      <Doubts unknown={unknown.map((it) => ({ what: it.split(": ", 1)[0] ?? it, why: it.slice(it.indexOf(": ") + 2) }))} />
      <History id={question.id} />
      <Run key={query} text={query} isCertain={false} name={question.id} />
      <Drawn query={query} />
      <Behind query={query.trim()} />
    </article>
  );
}

type Moment = { at: string; answer?: Judged };

/** How the counts were in earlier snapshots, which are asked one after the other. */
function History({ id }: { id: string }) {
  const earlier = useAnswer<{ earlier: string[]; snapshot: string }>("earlier").value;
  const [moments, setMoments] = useState<Moment[]>([]);
  useEffect(() => {
    if (!earlier) return;
    let isCurrent = true;
    const all: Moment[] = [{ at: earlier.snapshot }, ...earlier.earlier.map((at) => ({ at }))];
    setMoments(all);
    const ask = async () => {
      for (const [number, { at }] of all.entries()) {
        const parameters = { id, at: number > 0 ? at : undefined };
        const answer = await get<Judged>("question", parameters).catch((error) => ({ id, error: asFailed(error).message }));
        if (!isCurrent) return;
        setMoments((before) => before.map((it) => (it.at === at ? { at, answer } : it)));
      }
    };
    void ask();
    return () => {
      isCurrent = false;
    };
  }, [earlier]);
  const since = earlier?.earlier.at(-1);
  return (
    <details>
      <summary>{since ? `History, since ${moment(since)}` : "History"}</summary>
      {since ? (
        <Table
          caption="Counts by snapshot"
          name={`${id}-history`}
          rows={moments}
          rowKey={(it) => it.at}
          columns={[
            { title: "Snapshot", text: (it) => moment(it.at) },
            ...counts("", (it: Moment) => it.answer),
            { title: "Remark", text: (it) => it.answer?.error ?? "" },
          ]}
        />
      ) : (
        <p>{NO_HISTORY}</p>
      )}
    </details>
  );
}

/** The same as a graph, for a query that goes over relationships. */
function Drawn({ query }: { query: string }) {
  const [isDrawn, setDrawn] = useState(false);
  const tree = `${query.replace(/\bRETURN\b[\s\S]*$/i, "").replace(/\bFIND UNIQUE\b/i, "FIND").trim()} RETURN TREE`;
  if (!/\bTHAT\b(?!\s*!)/i.test(query)) return null;
  return isDrawn ? (
    <Run text={tree} isCertain={false} name="question-graph" />
  ) : (
    <button type="button" onClick={() => setDrawn(true)}>
      Show it as a graph
    </button>
  );
}
