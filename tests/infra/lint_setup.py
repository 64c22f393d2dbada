"""Reads what `tenantgraph setup` writes: `lint_setup.py TENANTGRAPH`.

What the providers of Terraform and the resource types of Azure make of the files is not checked, because neither
can be had here. At the end, damaged files prove that the tools would notice.
"""

import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import hcl2
import tree_sitter
import tree_sitter_bicep

SUBSCRIPTION = "/subscriptions/22222222-bbbb-4000-8000-000000000000"
SELECTIONS = [
    [*integration, "--credential", credential, "--scope", scope]
    for integration, credential, scope in itertools.product(
        (["--integration", "azure"], ["--integration", "microsoft365"]),
        ("secret", "certificate", "federated"),
        ("tenant-root", SUBSCRIPTION))]


def findings_of_script(text):
    shellcheck = pathlib.Path(sys.executable).with_name("shellcheck")
    found = subprocess.run([str(shellcheck), "--shell=bash", "--format=gcc", "-"], input=text, capture_output=True,
                           text=True, check=False)
    return found.stdout.splitlines() or ([found.stderr] if found.returncode else [])


def findings_of_terraform(text):
    try:
        hcl2.loads(text)
    except Exception as error:  # noqa: BLE001, the parser raises what its own parser raises
        return [f"no HCL: {error}"]
    if not shutil.which("terraform"):
        return []
    formatted = subprocess.run(["terraform", "fmt", "-"], input=text, capture_output=True, text=True, check=False)
    return [] if formatted.stdout == text else [f"terraform fmt would make it\n{formatted.stdout}{formatted.stderr}"]


def findings_of_bicep(text):
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    root = parser.parse(text.encode()).root_node
    return ["no Bicep"] if root.has_error else []


def findings_of_manifest(text):
    try:
        manifest = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    roles = [role for api in manifest["requiredResourceAccess"] for role in api["resourceAccess"]]
    return [] if roles and all(role["type"] == "Role" for role in roles) else ["no app roles"]


# Each format has a check, and a damage: what is replaced, and by what.
FORMATS = {
    "az": (findings_of_script, '"$principal"', "$principal"),
    "terraform": (findings_of_terraform, "for_each =", "for_each"),
    "bicep": (findings_of_bicep, "targetScope =", "targetScope"),
    "manifest": (findings_of_manifest, '"Role"', '"Scope"'),
}


def files_of(tenantgraph, kind, selection):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([tenantgraph, "setup", "--format", kind, "--out", folder, *selection],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            return None
        return {path.name: path.read_text() for path in sorted(pathlib.Path(folder).iterdir())}


def main():
    problems = missed = 0
    for kind, (findings, old, new) in FORMATS.items():
        read, damaged = set(), None
        for selection in SELECTIONS:
            files = files_of(sys.argv[1], kind, selection)
            # Microsoft 365 needs no role, so there is nothing to deploy.
            if files is None and not (kind == "bicep" and "microsoft365" in selection):
                print(f"{kind}: {selection} wrote nothing")
                problems += 1
            for name, text in (files or {}).items():
                if text in read:
                    continue
                read.add(text)
                damaged = text if old in text else damaged
                for finding in findings(text):
                    print(f"{kind}: {selection}: {name}: {finding}")
                    problems += 1
        noticed = damaged and findings(damaged.replace(old, new))
        missed += not noticed
        print(f"{kind}: {len(read)} files; {'noticed' if noticed else 'MISSED '} {old} as {new}")
    if not shutil.which("terraform"):
        print("terraform is not installed here, so `terraform fmt` was not asked")
    print(f"{problems} findings")
    return 1 if problems or missed else 0


sys.exit(main())
