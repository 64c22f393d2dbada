"""Compares what programs of others find in a simulated tenant with what tenantgraph finds there.

    check.py TENANTGRAPH WORK       with the command line, and a directory for all that it writes
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proxy import Proxy, write_certificates

# The steps of Intune that find what cartography reads of it.
INTUNE = [
    "compliance-policies",
    "detected-application-installations",
    "detected-applications",
    "managed-devices",
]
TENANT = ["--seed", "7", "--users", "60", "--subscriptions", "2", "--resources", "60"]


def serve(tenantgraph, work):
    """Starts the simulator. Returns its process, once it has written what clients need."""
    simulator = subprocess.Popen(
        [tenantgraph, "simulator", *TENANT, "--out", work], stderr=subprocess.PIPE, text=True
    )
    # It says one line, when it serves.
    if not simulator.stderr.readline():
        sys.exit("the simulator did not start")
    return simulator


def collect(tenantgraph, work):
    """The number of entities and relationships of each type that tenantgraph finds."""
    event = work / "tenant.json"
    store = ["--store", work / "store"]
    run = [tenantgraph, "run", event, "--cloud", work / "cloud.json", *store]
    with open(work / "run.txt", "w") as progress:
        subprocess.run(run, stdout=progress, stderr=progress, check=True)
    instance = json.loads(event.read_text())["instance"]["id"]
    show = [tenantgraph, "show", "--tenant", instance, "--json", *store]
    shown = subprocess.run(show, stdout=subprocess.PIPE, text=True, check=True).stdout
    graph = json.loads(shown)["graph"]
    return graph["entities"] | graph["relationships"] | collect_intune(tenantgraph, work)


def collect_intune(tenantgraph, work):
    """The same of some steps of Intune. All of them would wait for more than a minute."""
    event = [work / "microsoft365.json", "--cloud", work / "cloud.json"]
    steps = [word for step in INTUNE for word in ("--step", step)]
    run = [tenantgraph, "run", *event, "--store", work / "intune", "--json", *steps]
    with open(work / "intune.txt", "w") as progress:
        run = subprocess.run(run, stdout=subprocess.PIPE, stderr=progress, text=True, check=True)
    found = {}
    # There is one object for each step.
    told, decoder = run.stdout.strip(), json.JSONDecoder()
    while told:
        step, end = decoder.raw_decode(told)
        told = told[end:].strip()
        found |= step["manifest"]["entities"]
        if step["manifest"]["step"] == "detected-application-installations":
            found["installations of applications"] = step["manifest"]["references"]
    return found


def point_clients_at(base, work):
    """Makes the clients of this process use the simulator in the place of Microsoft."""
    write_certificates(work)
    os.environ["HTTPS_PROXY"] = Proxy(base, work).address
    # The first is read by the clients of Azure, the second by the client of Microsoft Graph.
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = str(work / "authority.pem")
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        os.environ.pop(name, None)


def read(config):
    """What each program finds, and its two answers to each question that it asks in two ways."""
    import azure_clients
    import cartography_functions
    import graph_clients

    with ThreadPoolExecutor() as pool:
        cartography = pool.submit(cartography_functions.read, config)
        found, same = azure_clients.read(config)
        return {
            "Microsoft's clients": (found | graph_clients.read(config), same),
            "cartography": cartography.result(),
        }


def problems(found, same, expected):
    """What does not agree, by the name of what was compared. Nothing stands for agreement."""
    for name, items in sorted(found.items()):
        count = expected.get(name, 0)
        if isinstance(items, Exception):
            yield name, f"{type(items).__name__}: {items}"
        elif len(items) != count:
            yield name, f"it finds {len(items)}, tenantgraph finds {count}"
        else:
            yield name, None if count else "there are none to compare"
    for name, answers in sorted(same.items()):
        if isinstance(answers, Exception):
            yield name, f"{type(answers).__name__}: {answers}"
        else:
            differing = sorted(answers[0] ^ answers[1])
            yield name, f"{len(differing)} differ, such as {differing[0]}" if differing else None


def main():
    tenantgraph, work = sys.argv[1], Path(sys.argv[2])
    started = time.monotonic()
    # All callers share what a subscription allows of lists of storage, so tenantgraph reads a
    # simulated tenant of its own, which is the same.
    own = work / "own"
    own.mkdir()
    simulators = [serve(tenantgraph, work), serve(tenantgraph, own)]
    try:
        base = json.loads((work / "cloud.json").read_text())["graph"].rsplit("/", 1)[0]
        config = json.loads((work / "tenant.json").read_text())["instance"]["config"]
        # Both wait most of the time: for throttles, as with Microsoft.
        with ThreadPoolExecutor(1) as pool:
            collected = pool.submit(collect, tenantgraph, own)
            point_clients_at(base, work)
            read_by = read(config)
            expected = collected.result()
    finally:
        for simulator in simulators:
            simulator.terminate()
            simulator.wait()
    compared = [
        (f"{program}: {name}", problem)
        for program, (found, same) in read_by.items()
        for name, problem in problems(found, same, expected)
    ]
    failed = [(name, problem) for name, problem in compared if problem]
    for name, problem in failed:
        print(f"FAILED {name}: {problem}")
    print(f"compared within {time.monotonic() - started:.0f} seconds")
    print(f"{len(compared) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
