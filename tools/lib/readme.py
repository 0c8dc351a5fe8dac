"""Checks README.md: its size, its links, and that every command of ours in a code block exists."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = 150


def problems():
    text = (ROOT / "README.md").read_text()
    lines = text.splitlines()
    if len(lines) > LINES:
        yield f"README.md has {len(lines)} lines; the limit is {LINES}"
    if not any("tools/run" in line for line in lines[:30]):
        yield "README.md shows no running call before line 30"
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not (ROOT / target).exists():
            yield f"README.md links to {target}, which is not there"
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for command in re.findall(r"(?:^|\s)(tools/[a-z-]+)", block):
            if not (ROOT / command).exists():
                yield f"README.md runs {command}, which is not there"


found = list(problems())
print("\n".join(found), end="\n" if found else "")
sys.exit(bool(found))
