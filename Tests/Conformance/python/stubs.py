"""Makes Python stubs of our protos with stock grpcio-tools, into a folder that goes away."""

import pathlib
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc
from google import api

ROOT = pathlib.Path(__file__).resolve().parents[3]


INTEROP = ("interop.proto", "orca_load_report.proto", "orca_service.proto")


def make():
    """The product's protos, and those of the interoperability cases."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payaid-stubs-"))
    ours, tests = ROOT / "Protos", ROOT / "Tests" / "Support" / "Protos"
    generate(folder, ours, sorted(str(p) for p in ours.rglob("*.proto")))
    generate(folder, tests, [str(tests / name) for name in INTEROP])
    sys.path.insert(0, str(folder))
    return folder


def generate(folder, root, protos):
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    googleapis = pathlib.Path(list(api.__path__)[0]).parents[1]
    status = protoc.main([
        "protoc", f"-I{root}", f"-I{googleapis}", f"-I{well_known}",
        f"--python_out={folder}", f"--grpc_python_out={folder}", *protos])
    if status:
        raise RuntimeError(f"protoc ended with {status}")
