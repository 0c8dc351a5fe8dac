"""Checks the documents: that their links lead somewhere, that every command of ours in a code block exists, and that README.md and
those of the layers stay short."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = 150
LAYER_LINES = 60


def problems_of_size(text):
    lines = text.splitlines()
    if len(lines) > LINES:
        yield f"README.md has {len(lines)} lines; the limit is {LINES}"
    if not any("tools/run" in line for line in lines[:30]):
        yield "README.md shows no running call before line 30"


def problems(path):
    name, text = path.relative_to(ROOT), path.read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not (path.parent / target).exists():
            yield f"{name} links to {target}, which is not there"
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for command in re.findall(r"(?:^|\s)(tools/[a-z-]+)", block):
            if not (ROOT / command).exists():
                yield f"{name} runs {command}, which is not there"


def problems_of_layer(path):
    lines = len(path.read_text().splitlines())
    if lines > LAYER_LINES:
        yield f"{path.relative_to(ROOT)} has {lines} lines; the limit for a layer is {LAYER_LINES}"


tracked = subprocess.check_output(["git", "ls-files", "*.md"], cwd=ROOT, text=True).split()
documents = [ROOT / name for name in tracked if (ROOT / name).exists()]
found = list(problems_of_size((ROOT / "README.md").read_text()))
for layer in sorted((ROOT / "Sources").glob("*/README.md")):
    found += problems_of_layer(layer)
for document in documents:
    found += problems(document)
print("\n".join(found), end="\n" if found else "")
sys.exit(bool(found))
