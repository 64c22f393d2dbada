"""Parses statements as Trino's SQL, runs them with DuckDB, and compares what they find.

Each line of the input is a query with its statement and the answer that `tenantgraph query` gives:
`check.py FOLDER FILE …`, where the folder holds the tables. sqlglot parses statements by the
grammar of Trino, and writes them anew for DuckDB. What is compared is the result; that Athena
itself takes a statement is not shown by this.
"""

import collections
import json
import sys
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

# What Trino has and DuckDB calls otherwise.
MACROS = """
CREATE MACRO is_finite(number) AS isfinite(number);
"""


def translated(node):
    """What sqlglot would write with another meaning, by its meaning in Trino."""
    if isinstance(node, exp.Cast) and node.to.is_type("json"):
        # Trino makes JSON of a value, where DuckDB reads a text as JSON.
        return exp.Anonymous(this="to_json", expressions=[node.this])
    return node


def define(connection, folder, tables):
    """Makes a view of each table that a statement reads."""
    for table in tables:
        location = str(Path(folder, table["folder"], "*.parquet")).replace("'", "''")
        name = table["name"].replace('"', '""')
        connection.execute(
            f"CREATE VIEW IF NOT EXISTS \"{name}\" AS SELECT * FROM read_parquet('{location}')"
        )


def canonical(value):
    """A value as it is compared: the last digits of a sum depend on the order of what is added."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [canonical(it) for it in value]
    if isinstance(value, dict):
        return {name: canonical(it) for name, it in value.items()}
    return value


def read(value, shape):
    """A value of a result, as `Statement::results` reads it."""
    if value is None:
        return None
    if shape in ({"of": "json"}, {"of": "list"}):
        return json.loads(value)
    if shape == "calculated":
        return int(value) if value == int(value) and abs(value) < 9e15 else value
    return value


def text(value):
    return json.dumps(canonical(value), sort_keys=True, ensure_ascii=False)


def rows_of_answer(answer, columns):
    """The rows of an answer, as texts."""
    if answer["type"] == "list":
        things = [{**it["entity"], **it["properties"]} for it in answer["data"]]
        return [text(it) for it in things]
    names = dict.fromkeys(columns)
    return [text([row.get(name) for name in names]) for row in answer["data"]]


def rows_of_result(result, query):
    names = [it["name"] for it in query["statement"]["columns"]]
    shapes = [it["shape"] for it in query["statement"]["columns"]]
    first = [names.index(name) for name in dict.fromkeys(names)]
    rows = []
    for row in result:
        cells = [read(value, shape) for value, shape in zip(row, shapes)]
        if query["answer"]["type"] == "list":
            rows.append(text({name: it for name, it in zip(names, cells) if it is not None}))
        else:
            rows.append(text([cells[at] for at in first]))
    return rows


def ask(connection, folder, query):
    """What is wrong with a statement; nothing if its result is the answer."""
    try:
        tree = sqlglot.parse_one(query["statement"]["text"], dialect="trino")
    except sqlglot.errors.SqlglotError as error:
        return "parse", str(error)
    if isinstance(tree, exp.Command):
        return "parse", "it is no statement that sqlglot knows"
    try:
        define(connection, folder, query["statement"]["tables"])
        statement = tree.transform(translated).sql(dialect="duckdb")
        result = connection.execute(statement).fetchall()
    except duckdb.Error as error:
        return "run", f"{error}\n{statement}"
    found = rows_of_result(result, query)
    expected = rows_of_answer(query["answer"], [it["name"] for it in query["statement"]["columns"]])
    if " LIMIT " in query["statement"]["text"]:
        # Which rows are within a limit is only told by an order.
        found, expected = [None] * len(found), [None] * len(expected)
    if collections.Counter(found) != collections.Counter(expected):
        lacks = list((collections.Counter(expected) - collections.Counter(found)).elements())
        extra = list((collections.Counter(found) - collections.Counter(expected)).elements())
        counts = f"{len(expected)} expected, {len(found)} found"
        rows = f"lacks {lacks[:3]}\nhas {extra[:3]}"
        return "differ", f"{counts}\n{rows}\n{query['statement']['text']}"
    if query["answer"]["type"] == "list" and found != expected:
        return "differ", "the rows are the same, and their order is not"
    return None


def main():
    counts, refused, filled = collections.Counter(), collections.Counter(), 0
    for folder, file in zip(sys.argv[1::2], sys.argv[2::2]):
        connection = duckdb.connect()
        connection.execute(MACROS)
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            query = json.loads(line)
            if "error" in query:
                counts["refused"] += 1
                refused[query["error"]] += 1
                continue
            wrong = ask(connection, folder, query)
            counts[wrong[0] if wrong else "equal"] += 1
            counts["certain"] += query["certain"]
            filled += bool(query["answer"]["data"])
            if wrong:
                certain = " for certain" if query["certain"] else ""
                print(f"{query['query']}{certain}\n  {wrong[0]}: {wrong[1]}\n", file=sys.stderr)
    for error, count in refused.most_common():
        print(f"{count} have no statement: {error}")
    parsed = counts["equal"] + counts["run"] + counts["differ"]
    print(f"{parsed} statements are parsed, {counts['parse']} are not")
    print(f"{counts['equal']} are equal in result, {filled} find something")
    print(f"{counts['certain']} of them ask for what is certain, and differ from those that do not")
    wrong = counts["parse"] + counts["run"] + counts["differ"]
    sys.exit(1 if wrong or not counts["equal"] or not counts["certain"] else 0)


if __name__ == "__main__":
    main()
