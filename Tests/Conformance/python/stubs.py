"""Makes Python stubs of our protos with stock grpcio-tools, into a folder that goes away."""

import pathlib
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc
from google import api

ROOT = pathlib.Path(__file__).resolve().parents[3]


def make():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payaid-stubs-"))
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    googleapis = pathlib.Path(list(api.__path__)[0]).parents[1]
    protos = sorted(str(p) for p in (ROOT / "Protos").rglob("*.proto"))
    status = protoc.main([
        "protoc", f"-I{ROOT / 'Protos'}", f"-I{googleapis}", f"-I{well_known}",
        f"--python_out={folder}", f"--grpc_python_out={folder}", *protos])
    if status:
        raise RuntimeError(f"protoc ended with {status}")
    sys.path.insert(0, str(folder))
    return folder
