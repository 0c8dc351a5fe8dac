"""Builds what is measured: our programs (release), the peers, the generators, the request bodies."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tools/bench"
PROTO = ROOT / "Tests/Support/Protos/bench.proto"


def note(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def call(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def output(*command, **options):
    return call(*command, stdout=subprocess.PIPE, **options).stdout


def scratch():
    return pathlib.Path(os.environ.get("PAYAID_SCRATCH", ROOT / ".build"))


def swift(*products):
    """Builds executables of the package; the folder they are in."""
    command = ["swift", "build", "-c", "release", "--scratch-path", scratch()]
    for product in products:
        note(f"building {product} (release)")
        call(*command, "--product", product, "--quiet", cwd=ROOT, stdout=sys.stderr)
    return pathlib.Path(output(*command, "--show-bin-path", cwd=ROOT, text=True).strip())


def is_stale(target, *sources):
    return not target.exists() or any(s.stat().st_mtime > target.stat().st_mtime for s in sources)


def protos(folder):
    """The proto without its REST annotation, which C and C++ would need generated code for."""
    text = re.sub(r"\s*option \(google\.api\.http\) = \{.*?\};", "", PROTO.read_text(), flags=re.S)
    target = folder / "bench.proto"
    target.write_text(text.replace('import "google/api/annotations.proto";\n', ""))
    return ["protoc", "-I", folder, "-I", "/usr/include"]


def bare_c(folder, protoc):
    target, source = folder / "echo-c", HERE / "peers/echo.c"
    if is_stale(target, source, PROTO):
        note("building the bare C peer")
        call(*protoc, f"--c_out={folder}", "bench.proto", "google/protobuf/timestamp.proto")
        call("cc", "-O2", "-Wall", "-Wextra", f"-I{folder}", "-o", target, source,
             folder / "bench.pb-c.c", folder / "google/protobuf/timestamp.pb-c.c",
             "-lnghttp2", "-lprotobuf-c")
    return target


def grpc(folder, protoc):
    """The C++ gRPC peer; None where Debian's libgrpc++-dev is not installed."""
    plugin = shutil.which("grpc_cpp_plugin")
    if not plugin or subprocess.run(["pkg-config", "--exists", "grpc++", "protobuf"]).returncode:
        note("no C++ gRPC here (apt install libgrpc++-dev protobuf-compiler-grpc): left out")
        return None
    target, source = folder / "echo-grpc", HERE / "peers/grpc.cc"
    if is_stale(target, source, PROTO):
        note("building the C++ gRPC peer")
        call(*protoc, f"--cpp_out={folder}", f"--grpc_out={folder}",
             f"--plugin=protoc-gen-grpc={plugin}", "bench.proto")
        flags = output("pkg-config", "--cflags", "--libs", "grpc++", "protobuf", text=True).split()
        call("c++", "-O2", f"-I{folder}", "-o", target, source, folder / "bench.pb.cc",
             folder / "bench.grpc.pb.cc", *flags)
    return target


def grpc_go(folder, protoc):
    """The grpc-go peer; None where Debian's packages of it are not installed."""
    return go_program(folder / "echo-go", HERE / "peers/grpc.go", [*protoc, "bench.proto"], PROTO)


def agents_go(folder):
    """GetAgent on grpc-go; None where Debian's packages are not installed."""
    proto = HERE / "peers/agents.proto"
    command = ["protoc", "-I", proto.parent, proto]
    return go_program(folder / "agents-go", HERE / "peers/agents.go", command, proto,
                      "github.com/lib/pq")


def go_program(target, source, protoc, proto, *libraries):
    """A Go program with its proto's code, from Debian's packages; None where they are not all here."""
    folder, library = target.parent, pathlib.Path("/usr/share/gocode")
    if not (shutil.which("go") and shutil.which("protoc-gen-go") and all(
            (library / "src" / name).is_dir() for name in ("google.golang.org/grpc", *libraries))):
        note(f"no {target.name} here (apt install golang-go golang-google-grpc-dev "
             "protoc-gen-go-1-3 golang-github-lib-pq-dev): left out")
        return None
    if is_stale(target, source, proto):
        note(f"building {target.name}")
        (folder / "go/src").mkdir(parents=True, exist_ok=True)
        # The plugin of golang-protobuf 1.3 does not know where 1.4 has moved this type to.
        time = "Mgoogle/protobuf/timestamp.proto=github.com/golang/protobuf/ptypes/timestamp"
        call(*protoc, f"--go_out=plugins=grpc,{time}:{folder / 'go/src'}")
        paths = {"GO111MODULE": "off", "GOPATH": f"{folder / 'go'}:{library}",
                 "GOCACHE": str(folder / "go/cache"), "GOFLAGS": ""}
        call("go", "build", "-o", target, source, env=os.environ | paths)
    return target


def grpc_swift(folder, protoc):
    """The grpc-swift-2 peer: its package, copied, with its own plugins' code; None where it does not
    build, as without a way to GitHub."""
    source, package = HERE / "peers/grpc-swift", folder / "grpc-swift"
    target = package / ".build/release/echo"
    if is_stale(target, PROTO, *source.rglob("*.swift")):
        note("building the grpc-swift-2 peer: minutes, the first time")
        shutil.copytree(source, package, dirs_exist_ok=True)
        command = ["swift", "build", "-c", "release", "--package-path", package, "--quiet", "--product"]
        code, plugins = package / "Sources/echo", package / ".build/release"
        try:
            for plugin in ("protoc-gen-swift", "protoc-gen-grpc-swift-2"):
                call(*command, plugin, stdout=sys.stderr)
            call(*protoc, f"--plugin={plugins / 'protoc-gen-swift'}", f"--swift_out={code}",
                 f"--plugin={plugins / 'protoc-gen-grpc-swift-2'}", f"--grpc-swift-2_out={code}",
                 "--grpc-swift-2_opt=Client=false", "bench.proto")
            call(*command, "echo", stdout=sys.stderr)
        except subprocess.CalledProcessError as error:
            note(f"no grpc-swift-2 here ({error.cmd[0]} ended with {error.returncode}): left out")
            return None
        target.touch()
    return target


def grpcio(folder, protoc):
    """The grpcio peer and its arguments; None where tools/setup has not installed grpcio."""
    python, code = ROOT / ".venv/bin/python", folder / "python"
    if not python.exists() or subprocess.run(
            [python, "-c", "import grpc_tools"], stderr=subprocess.DEVNULL).returncode:
        note("no grpcio here (tools/setup): left out")
        return None
    code.mkdir(exist_ok=True)
    call(python, "-m", "grpc_tools.protoc", "-I", folder, f"--python_out={code}",
         f"--grpc_python_out={code}", "bench.proto")
    return python, HERE / "peers/grpcio_echo.py", code


def counter(folder):
    """The library that counts allocations of the program it is loaded into."""
    target, source = folder / "mallocs.so", HERE / "mallocs.c"
    if is_stale(target, source):
        call("cc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", target, source)
    return target


def generator(folder):
    target, source = folder / "frames", HERE / "frames.c"
    if is_stale(target, source):
        call("cc", "-O2", "-Wall", "-Wextra", "-o", target, source, "-lnghttp2")
    return target


def bodies(folder, protoc):
    """The unary request: as a gRPC message, and as JSON."""
    with open(HERE / "payload.txtpb", "rb") as text:
        message = output(*protoc, "--encode=bench.v1.Payload", "bench.proto", stdin=text)
    (folder / "unary.grpc").write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
    return folder / "unary.grpc", HERE / "payload.json", len(message)


def check_programs(*names):
    """Ends with what to do when one of these programs is not here."""
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        raise SystemExit(f"{', '.join(missing)}: not installed here; run tools/setup")


def tools(options, names):
    """Everything the named measures need, built where it is out of date."""
    check_programs("cc", "h2load", "protoc", "protoc-gen-c")
    folder = scratch() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    made = {"folder": folder, "servers": {}}
    if set(names) - {"calls"}:
        protoc = protos(folder)
        servers = made["servers"]
        if "ours" in options.only:
            servers["ours"] = pathlib.Path(options.server or swift("bench-server") / "bench-server")
        if "c" in options.only:
            servers["c"] = bare_c(folder, protoc)
        if "grpc" in options.only and (peer := grpc(folder, protoc)):
            servers["grpc"] = peer
        if "go" in options.only and (peer := grpc_go(folder, protoc)):
            servers["go"] = peer
        if "swift" in options.only and (peer := grpc_swift(folder, protoc)):
            servers["swift"] = peer
        if "python" in options.only and (peer := grpcio(folder, protoc)):
            servers["python"] = peer
        made["frames"], made["mallocs"] = generator(folder), counter(folder)
        made["grpc_body"], made["json_body"], made["size"] = bodies(folder, protoc)
    if {"calls", "api"} & set(names):
        made["bin"] = swift("voicesim", "voiced", "voicectl")
    return made
