"""Checks README.md, its size above all, and the documents of tools/deploy: their links, and that every command of
ours in a code block exists."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = 150


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


readme = ROOT / "README.md"
found = list(problems_of_size(readme.read_text()))
for path in [readme, *sorted((ROOT / "tools" / "deploy").glob("*.md"))]:
    found += problems(path)
print("\n".join(found), end="\n" if found else "")
sys.exit(bool(found))
