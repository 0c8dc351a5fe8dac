"""Compares each module's imports with the manifest, which SwiftPM does not do.

An import must carry an access level, name a declared dependency, and each C module is imported by
exactly one Swift module. Prints one line per offence; exits 1 when there is any.
"""

import json
import pathlib
import re
import subprocess
import sys

STANDARD = {"Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing", "Swift"}
NO_FOUNDATION = ("Sources/Runtime/", "Sources/Wire/", "Sources/RPC/")
# Generated code reads the structs of protobuf-c; Protobuf owns everything else of it.
GENERATED = {"Schema", "VoiceAPI", "TestSchema", "InteropSchema"}
IMPORT = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(\w+)", re.MULTILINE)


def dependencies(target):
    """The names that a target's sources may import."""
    names = set()
    for dependency in target["dependencies"]:
        for kind in ("byName", "target", "product"):
            if kind in dependency:
                names.add(dependency[kind][0])
    return names


def offences(root, target):
    """What is wrong with the imports of one target; and the modules that it imports."""
    allowed = dependencies(target) | STANDARD
    is_test = target["type"] == "test"
    found, imported = [], set()
    for file in sorted((root / target["path"]).rglob("*.swift")):
        name = file.relative_to(root)
        for level, module in IMPORT.findall(file.read_text()):
            imported.add(module)
            if not level and not is_test:
                found.append(f"{name}: import {module} carries no access level")
            if module not in allowed:
                found.append(f"{name}: imports {module}, which the manifest does not list")
            if module.startswith("Foundation") and str(name).startswith(NO_FOUNDATION):
                found.append(f"{name}: Foundation is kept out of this layer")
    unused = dependencies(target) - imported
    if not is_test and target["name"] not in GENERATED:
        found += [f"Package.swift: {target['name']} lists {m} and does not import it" for m in sorted(unused)]
    return found, imported


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    manifest = json.loads(subprocess.check_output(["swift", "package", "dump-package"], cwd=root))
    libraries = {t["name"] for t in manifest["targets"] if t["type"] == "system"}
    users, all_found = {}, []
    for target in manifest["targets"]:
        if target["type"] == "system" or target["name"] in ("CSchema", "CVoiceAPI", "CTestSchema", "CInteropSchema"):
            continue
        found, imported = offences(root, target)
        all_found += found
        if target["type"] != "test" and target["name"] not in GENERATED:
            for library in imported & libraries:
                users.setdefault(library, []).append(target["name"])
    for library, names in sorted(users.items()):
        if len(names) > 1:
            all_found.append(f"{library} is imported by {', '.join(names)}; one module owns a C library")
    print("\n".join(all_found), end="\n" if all_found else "")
    sys.exit(bool(all_found))


main()
