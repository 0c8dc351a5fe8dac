# Shell functions that all tools share: what they say, and where things are.
# Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv="$root/.venv"

# Says what is being done, with the time since the tool began.
step() { printf '\033[1m[%4ds]\033[0m %s\n' "$SECONDS" "$*" >&2; }

# Says why the tool gives up, and gives up.
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a command with its output in a log, shown only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    rm -f "$log"
    die "failed: $*"
  fi
  rm -f "$log"
}

# Runs a command as root: as it is for root, through sudo for everybody else.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
