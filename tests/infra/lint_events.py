"""Holds the events of a folder to their JSON Schema: `lint_events.py EVENTS`.

At the end, damaged copies of the events prove that the schema would notice.
"""

import copy
import json
import pathlib
import sys

import jsonschema

# Each damage is (what it is, what it does to an event with an instance).
DAMAGES = [
    ("an unknown field", lambda event: event["instance"]["config"].update(colour="green")),
    ("text in place of a flag", lambda event: event["instance"]["config"].update(tagAccountName="yes")),
    ("an unknown integration", lambda event: event["instance"].update(integration="aws")),
    ("an id with a slash", lambda event: event["instance"].update(id="a/b")),
    ("an unknown source", lambda event: event["instance"]["config"].update(ingestionSources={"x": True})),
    ("no configuration", lambda event: event["instance"].pop("config")),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    schema = json.loads((folder / "schema" / "event.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    checked = bad = 0
    for path in sorted(folder.glob("*.json")):
        event = json.loads(path.read_text())
        # The others are messages of queues, requests of the consent page, and events of AWS.
        if not event.keys() & {"instance", "instanceId", "due", "action"}:
            continue
        checked += 1
        for error in validator.iter_errors(event):
            print(f"{path}: {error.json_path}: {error.message}")
            bad += 1
        if "instance" not in event:
            continue
        for what, damage in DAMAGES:
            damaged = copy.deepcopy(event)
            damage(damaged)
            if validator.is_valid(damaged):
                print(f"{path}: the schema misses {what}")
                bad += 1
    print(f"{folder}: {checked} events, {bad} findings")
    return 1 if bad or not checked else 0


sys.exit(main())
