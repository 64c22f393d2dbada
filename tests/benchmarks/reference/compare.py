"""Measures an integration and tenantgraph on the same simulated tenant: one scenario of `run`."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TYPES = HERE.parents[2] / "shared/simulator/types"

# What is simulated, whose event is collected, and how many times less wall time until the first
# snapshot is wanted.
RESOURCES = os.environ.get("RESOURCES", "120")
SCENARIOS = {
    "subscription": (f"--users 500 --subscriptions 1 --resources {RESOURCES}", "event-1", 30),
    "directory": ("--users 10000 --subscriptions 0", "event", 30),
    "microsoft365": ("--users 500 --subscriptions 0", "microsoft365", 10),
}
LATENCY = 100
# The integration asks for the approval of each request for an access package, and tries again for
# 12 s each that is not there. With these steps, the directory would take it more than an hour.
APPROVERS = "rm-access-package-assignment-approver"
LEFT_OUT = {"directory": f"{APPROVERS} {APPROVERS}-is-user"}
CPU_WANTED, MEMORY_WANTED = 30, 12

# What it takes until there is a snapshot, and to the end: seconds, seconds of a processor, and MB.
Cost = collections.namedtuple(
    "Cost", "first first_cpu first_memory wall cpu memory requests entities relationships"
)


def main():
    scenario = sys.argv[1]
    program, integration, work = (pathlib.Path(each).absolute() for each in sys.argv[2:])
    sizes, event, wall_wanted = SCENARIOS[scenario]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    event, cloud = work / "served" / f"{event}.json", work / "served/cloud.json"
    command = [program, "simulator", *f"{sizes} --latency {LATENCY} --out".split(), work / "served"]
    with open(work / "simulator.log", "wb") as log:
        simulator = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        # The simulator writes its files once it serves.
        while not (event.exists() and cloud.exists()):
            if simulator.poll() is not None:
                raise SystemExit(f"{scenario}: the simulator ended")
            time.sleep(0.1)
        print(f"{scenario}: {sizes} --latency {LATENCY}, load {os.getloadavg()[0]:.1f}", flush=True)
        ours = run_tenantgraph(program, event, cloud, work)
        theirs = run_integration(scenario, integration, event, cloud, work)
    finally:
        simulator.terminate()
        simulator.wait()
    wanted = {"cpu": CPU_WANTED, "memory": MEMORY_WANTED}
    wanted |= {f"first_{name}": times for name, times in wanted.items()}
    table(theirs, ours, {"first": wall_wanted, **wanted})


def measured(command, output, published=None, **options):
    """Runs a command to its end; its exit code, and what it takes until a file that matches
    `published` is there, and to the end."""
    began, first, ended = time.perf_counter(), None, 0
    with open(output, "wb") as stdout, open(f"{output}.log", "wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, **options)
    while not ended:
        time.sleep(0.02)
        if first is None and published and next(published[0].glob(published[1]), None):
            seconds, cost = time.perf_counter() - began, taken(process.pid)
            first = (seconds, *cost) if cost else None
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    wall, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    whole = wall, cpu, usage.ru_maxrss / 1024
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, *(first or whole), *whole


def taken(process):
    """The CPU seconds and the peak memory in MB of a process; nothing if it has ended."""
    folder = pathlib.Path(f"/proc/{process}")
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:13])
    peak = re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
    return (ticks / os.sysconf("SC_CLK_TCK"), int(peak[1]) / 1024) if peak else None


def run_tenantgraph(program, event, cloud, work):
    output = work / "tenantgraph"
    options = ["--cloud", cloud, "--store", work / "store", "--json", "--quiet"]
    code, *cost = measured(
        [program, "run", event, *options], output, (work / "store", "graph/*/latest.json")
    )
    # 3 says that the ledger has entries.
    if code not in (0, 3):
        raise SystemExit(f"tenantgraph failed: see {output}.log")
    summary = json.loads(output.read_text())
    print(f"  tenantgraph: {summary['status']}", flush=True)
    counts = [sum(summary["graph"][kind].values()) for kind in ("entities", "relationships")]
    return Cost(*cost, summary["requests"], *counts)


def run_integration(scenario, integration, event, cloud, work):
    config = json.loads(event.read_text())["instance"]["config"]
    # The SDK reads a field such as `clientId` from the variable CLIENT_ID, and insists on all.
    environment = {"CONFIGURE_SUBSCRIPTION_INSTANCES": "false", "DEFENDER_ALERTS_SEVERITIES": ""}
    for name, value in config.items():
        text = str(value).lower() if isinstance(value, bool) else value or ""
        environment[re.sub("([A-Z])", r"_\1", name).upper()] = text
    environment["NODE_OPTIONS"] = f"--require {HERE / 'redirect.cjs'}"
    environment["SIMULATOR"] = json.loads(cloud.read_text())["authority"]
    environment["REQUESTS"] = str(work / "requests")
    environment["LEFT_OUT"] = LEFT_OUT.get(scenario, "")
    environment["VERSIONS"] = str(work / "versions.json")
    (work / "versions.json").write_text(json.dumps(dict(versions())))

    output = work / "integration"
    command = ["node", "node_modules/.bin/j1-integration", "collect", "--disable-schema-validation"]
    code, *cost = measured(command, output, cwd=integration, env={**os.environ, **environment})
    printed = output.read_text()
    steps = re.findall(r'Step "(.+?)" completed with status: (\w+)', printed)
    if code != 0 or not steps:
        raise SystemExit(f"the integration failed: see {output} and {output}.log")
    print("  integration:", dict(collections.Counter(status for _, status in steps)))
    for step, status in steps:
        if status not in ("success", "disabled"):
            print(f"    {step}: {status}")
    retries = printed.count("retryable error")
    if retries:
        print(f"    It tried {retries} requests again, after waits of its own.")

    counts = {"entities": collections.Counter(), "relationships": collections.Counter()}
    for file in (integration / ".j1-integration/graph").rglob("*.json"):
        for kind, items in json.loads(file.read_text()).items():
            counts[kind].update(item["_type"] for item in items)
    (work / "integration.json").write_text(json.dumps(counts, indent=2, sort_keys=True))
    sums = (sum(each.values()) for each in counts.values())
    return Cost(*cost, int((work / "requests").read_text()), *sums)


def versions():
    """The last version of each type of Azure Resource Manager that the simulator has."""
    yield from {"subscriptions": "2022-12-01", "tenants": "2022-12-01"}.items()
    yield from dict.fromkeys(("resourcegroups", "resources", "providers"), "2021-04-01").items()
    for file in TYPES.rglob("*.json"):
        name = file.relative_to(TYPES).with_suffix("").as_posix()
        yield name.lower(), json.loads(file.read_text())["versions"][-1]


def table(theirs, ours, wanted):
    print(f"  {'':<22}{'integration':>12}{'tenantgraph':>13}{'ratio':>8}{'wanted':>8}")
    units = {
        "first": "snapshot (s)",
        "first_cpu": "CPU until then (s)",
        "first_memory": "memory until then (MB)",
        "wall": "wall (s)",
        "cpu": "CPU (s)",
        "memory": "memory (MB)",
    }
    for name, one, other in zip(Cost._fields, theirs, ours):
        digits = 1 if name in units else 0
        line = f"  {units.get(name, name):<22}{one:>12,.{digits}f}{other:>13,.{digits}f}"
        print(f"{line}{one / other:>8.1f}{wanted.get(name, ''):>8}")


if __name__ == "__main__":
    main()
