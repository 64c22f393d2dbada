"""Runs the blocks of the cookbook: commands of a shell, and SQL for DuckDB.

A block with the language `sh` or `sql` is run, and the block `text` that follows it is its answer. A
block `sh` without an answer prepares what later blocks read; a block `python` is run in the same
folder, and what it prints is its answer.
"""

import contextlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import jq

# Where blocks of SQL are run, below the folder in which the commands are.
TABLES = "parquet"

# What a command exits with that has done what it should: that something could not be read is no
# failure.
EXITS = (0, 3)

# What no question about change asks for, and what Microsoft lets be read at one request a second or
# so, as the simulated tenant does.
SLOW = (
    "ad-cross-tenant-access",
    "ad-user-registration-details",
    "conditional-access-policy",
    "conditional-access-policy-user-relationship",
)


class Block:
    """A fenced block of the page: its language, its lines, and where they are."""

    def __init__(self, language, start):
        self.language, self.start, self.lines = language, start, []

    @property
    def text(self):
        return "\n".join(self.lines)


def blocks(lines):
    found, block = [], None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            if block is not None:
                block.lines.append(line)
        elif block is None:
            block = Block(line[3:].strip(), number + 1)
        else:
            found.append(block)
            block = None
    return found


class Kitchen:
    """Runs blocks in the folder that the process is in."""

    def __init__(self, tenantgraph):
        self.tenantgraph, self.connection = tenantgraph, None

    def run(self, block):
        if block.language == "sql":
            return self.sql(block.text)
        if block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, "cookbook.md", "exec"), {})  # noqa: S102
            return printed.getvalue().rstrip()
        # A command goes on in the next line where its quotes are open, or after a backslash.
        answers, command = [], ""
        for line in block.lines:
            command += line + "\n"
            try:
                words = shlex.split(command.replace("\\\n", " "))
            except ValueError:
                continue
            if line.endswith("\\"):
                continue
            command = ""
            answers.append(self.command(words))
        if command:
            raise ValueError(f"a command does not end: {command}")
        return "\n".join(it for it in answers if it)

    def command(self, words):
        program, *arguments = words
        if program == "jq":
            return filtered(arguments)
        if program != "tenantgraph":
            raise ValueError(f"{program} is none of jq and tenantgraph")
        done = subprocess.run(
            [self.tenantgraph, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode not in EXITS:
            raise ValueError(f"{shlex.join(words)} exits with {done.returncode}: {done.stderr}")
        return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())

    def sql(self, text):
        with inside(TABLES):
            if self.connection is None:
                self.connection = duckdb.connect()
                self.connection.execute(Path("views.sql").read_text(encoding="utf-8"))
            result = self.connection.execute(text)
            heads = [column[0] for column in result.description]
            return table(heads, result.fetchall())


@contextlib.contextmanager
def inside(folder):
    """The folder, as the one that paths are relative to."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def filtered(arguments):
    """What jq answers. Of its options, -r, -s and -c are known."""
    options = "".join(it[1:] for it in arguments if it.startswith("-"))
    program, *files = [it for it in arguments if not it.startswith("-")]
    if set(options) - set("rsc"):
        raise ValueError(f"an option of jq among {options} is not known here")
    text = "".join(Path(file).read_text(encoding="utf-8") for file in files)
    compiled = jq.compile(program)
    values = compiled.input_text(text, slurp="s" in options)
    return "\n".join(written(it, options) for it in values)


def written(value, options):
    if "r" in options and isinstance(value, str):
        return value
    indent = None if "c" in options else 2
    separators = (",", ":") if indent is None else None
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)


def table(heads, rows):
    """Rows in columns, as wide as their longest value."""
    lines = [heads, *([cell(it) for it in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    padded = ("  ".join(it.ljust(width) for it, width in zip(line, widths)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    return str(value)


def changes(tenantgraph, folder):
    """Makes what the questions about change ask: two snapshots of one instance, and an export of each.

    Two simulated tenants differ a little by how many resources they have; each is collected by the
    same instance, as if it were one tenant on two days.
    """
    for day, resources in [("yesterday", 120), ("today", 124)]:
        served = folder / f"simulator-{day}"
        sizes = ["--users", "200", "--subscriptions", "1", "--resources", str(resources)]
        simulator = subprocess.Popen(
            [tenantgraph, "simulator", *sizes, "--out", served],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            event = appears(served / "event.json")
            event["instance"]["id"] = "directory"
            event["instance"]["config"]["ingestionSources"] = dict.fromkeys(SLOW, False)
            (served / "directory.json").write_text(json.dumps(event), encoding="utf-8")
            store = ["--store", folder / "changes"]
            cloud = ["--cloud", served / "cloud.json"]
            quietly(tenantgraph, "run", served / "directory.json", *cloud, *store)
            export = ["--instance", "directory", "--format", "ndjson", "--no-raw-data"]
            quietly(tenantgraph, "export", *export, "--out", folder / day, *store)
        finally:
            simulator.terminate()
            simulator.wait()


def quietly(tenantgraph, *arguments):
    done = subprocess.run([tenantgraph, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in EXITS:
        raise ValueError(f"{arguments[0]} exits with {done.returncode}: {done.stderr}")


def appears(file):
    """The document of a file, once it is whole."""
    for _ in range(300):
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            time.sleep(0.1)
    raise ValueError(f"{file} does not appear")


def main():
    tenantgraph, page, target = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    begin = time.monotonic()
    folder = target / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    update = os.environ.get("UPDATE") == "1"
    lines = page.read_text(encoding="utf-8").splitlines()
    found = blocks(lines)
    kitchen, wrong, asked = Kitchen(tenantgraph), [], 0
    answers = []
    # Jobs wait for throttles most of the time, so both tenants are collected side by side.
    with ThreadPoolExecutor() as pool, inside(folder):
        changed = pool.submit(changes, tenantgraph, Path.cwd())
        for number, block in enumerate(found):
            if block.language not in ("sh", "sql", "python"):
                continue
            if "yesterday" in block.text or "changes/" in block.text:
                changed.result()
            follows = found[number + 1] if number + 1 < len(found) else None
            has_answer = follows is not None and follows.language == "text"
            try:
                answer = kitchen.run(block)
            except (ValueError, OSError, duckdb.Error) as error:
                wrong.append(f"{page.name}:{block.start}: {error}")
                continue
            if not has_answer:
                if block.language != "sh":
                    wrong.append(f"{page.name}:{block.start}: no answer follows")
                continue
            asked += 1
            if answer == follows.text:
                continue
            answers.append((follows, answer))
            if not update:
                wrong.append(
                    f"{page.name}:{block.start}: the page says\n{follows.text}\n"
                    f"but the answer is\n{answer}"
                )
    if update:
        # From the last, as lines move.
        for block, answer in reversed(answers):
            lines[block.start : block.start + len(block.lines)] = answer.splitlines()
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for it in wrong:
        print(it, file=sys.stderr)
    if asked == 0:
        sys.exit("the page asks nothing")
    seconds = round(time.monotonic() - begin)
    print(f"{asked} answers, {len(wrong)} wrong, in {seconds} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
