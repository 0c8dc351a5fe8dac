"""Checks that every public declaration of the library products has a documentation comment.

Generated code is left out: its comments are those of the proto files. So are the members that a
protocol of the standard library asks for and whose meaning is that protocol's. Prints one line per
offence; exits 1 when there is any.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATED = re.compile(r"\.(pb|services)\.swift$|CBridge\.swift$|(Schema|VoiceAPI)Files\.swift$|OpenAPIDocument\.swift$")
DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?!(?:import|extension)\b)(.*)")
# What may stand between a comment and its declaration: attributes, and notes for maintainers.
BETWEEN = re.compile(r"\s*(@|// )")
# Said by Equatable, Comparable, Hashable, CustomStringConvertible, collections and literals.
KNOWN = re.compile(
    r"func (==|<|hash\(into|makeIterator|makeAsyncIterator|next\(|index\(after)|"
    r"var (description|debugDescription|rawValue|startIndex|endIndex|errorDescription)\b|"
    r"(typealias|struct) (Element|Index|Iterator|AsyncIterator|RawValue)\b|"
    r"init\((stringLiteral|integerLiteral|floatLiteral|booleanLiteral|nilLiteral|arrayLiteral|dictionaryLiteral|rawValue)")


def product_modules():
    """The modules of the library products, with their folders."""
    manifest = json.loads(subprocess.check_output(["swift", "package", "dump-package"], cwd=ROOT))
    wanted = {t for p in manifest["products"] if "library" in p["type"] for t in p["targets"]}
    return [ROOT / t["path"] for t in manifest["targets"] if t["name"] in wanted]


def offences(file):
    """The undocumented public declarations of one file."""
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines):
        found = DECLARATION.match(line)
        if not found or KNOWN.search(found.group(1)):
            continue
        above = number - 1
        while above >= 0 and BETWEEN.match(lines[above]):
            above -= 1
        if above < 0 or not lines[above].lstrip().startswith("///"):
            yield f"{file.relative_to(ROOT)}:{number + 1}: {found.group(1).strip()}"


def main():
    files = [f for folder in product_modules() for f in sorted(folder.rglob("*.swift"))]
    found = [o for f in files if not GENERATED.search(f.name) for o in offences(f)]
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))


main()
