# The database of a data folder, for tools/backup and tools/restore. Sourced after terminal.sh.
source "$root/tools/lib/install.sh"
export_postgres
bin=${PAYAID_BIN:-$root/.build/release}
[ -x "$bin/voiced" ] || bin=$root/.build/debug

# PostgreSQL's own programs: those of the embedded one, else the system's.
for name in psql pg_dump pg_restore; do
  declare "$name=${PGBIN:+$PGBIN/}$name"
done

# Row security shows the rows of all merchants to the system, which pg_dump is here.
export PGOPTIONS="-c payaid.merchant_id=*"

server=

# Puts the database's URL into $database: DATABASE_URL, or the embedded one, running or started here.
open_database() {
  database=${DATABASE_URL:-}
  [ -z "$database" ] || return 0
  local pipe place socket
  place=$(cat "$1/postgres/postgres.location" 2>/dev/null || echo "$1/postgres/postgres")
  # The fifth line of a running server's file is the folder of its socket.
  socket=$(sed -n 5p "$place/data/postmaster.pid" 2>/dev/null || true)
  database="postgresql:///payaid?host=$socket&user=payaid"
  if [ -n "$socket" ] && "$psql" -XqAt "$database" -c 'SELECT 1' >/dev/null 2>&1; then return 0; fi
  [ -x "$bin/voiced" ] || die "build voiced first: swift build -c release --product voiced"
  pipe=$(mktemp -u)
  mkfifo "$pipe"
  "$bin/voiced" database --data-dir "$1" >"$pipe" &
  server=$!
  read -r database <"$pipe" || { rm -f "$pipe"; die "the embedded PostgreSQL did not start"; }
  rm -f "$pipe"
}

close_database() {
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || true
  fi
}
