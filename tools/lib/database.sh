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

# The text of a part of a URL.
decoded() {
  local text=${1//\\/\\\\}
  printf '%b' "${text//%/\\x}"
}

# Takes the password out of the URL in $database and into PGPASSWORD: everybody sees arguments. As libpq
# reads it: who logs in stands before the first @, if no slash does.
hide_password() {
  local scheme=${database%%://*} rest=${database#*://} user= query= password= kept= pair pairs
  case "$scheme" in
    postgres | postgresql) ;;
    *) die "DATABASE_URL must start with postgresql:// or postgres://" ;;
  esac
  if [[ ${rest%%/*} == *@* ]]; then
    user=${rest%%@*} rest=${rest#*@}
    if [[ $user == *:* ]]; then password=${user#*:}; fi
    user=${user%%:*}@
  fi
  if [[ $rest == *\?* ]]; then
    query=${rest#*\?} rest=${rest%%\?*}
    IFS='&' read -ra pairs <<<"$query"
    for pair in "${pairs[@]}"; do
      case "$pair" in
        password=*) password=${pair#*=} ;;
        *) kept="$kept${kept:+&}$pair" ;;
      esac
    done
  fi
  database="$scheme://$user$rest${kept:+?$kept}"
  if [ -n "$password" ]; then
    PGPASSWORD=$(decoded "$password")
    export PGPASSWORD
  fi
}

# Puts the database's URL into $database: DATABASE_URL, or the embedded one, running or started here.
# Call it when close_database is sure to follow.
open_database() {
  database=${DATABASE_URL:-}
  if [ -n "$database" ]; then hide_password; return; fi
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

# Makes sure that row security shows everything: an options= of the URL's, and many a connection pooler,
# make the server not hear of PGOPTIONS, and a dump would be empty and look like a good one.
check_all_rows_visible() {
  local seen
  seen=$("$psql" -XqAt "$database" -c "
    SELECT current_setting('payaid.merchant_id', true) = '*' OR rolsuper OR rolbypassrls
    FROM pg_roles WHERE rolname = current_user")
  [ "$seen" = t ] || die "the database does not show this connection every merchant's rows: use a URL \
without options=, past any pooler, or a role that has BYPASSRLS"
}

# Puts the keys of KMS that wrap this database's master keys into $wrapping_keys: none where a file has it.
find_wrapping_keys() {
  wrapping_keys=
  local table
  table=$("$psql" -XqAt "$database" -c "SELECT to_regclass('master_keys')")
  if [ -n "$table" ]; then
    wrapping_keys=$("$psql" -XqAt "$database" -c "
      SELECT string_agg(DISTINCT wrapping_key, ', ') FROM master_keys")
  fi
}

say_what_kms_needs() {
  if [ -n "$wrapping_keys" ]; then
    step "its master keys are wrapped by $wrapping_keys: a server needs VOICE_KMS_KEY and this key to start"
  fi
}

close_database() {
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || true
  fi
}
