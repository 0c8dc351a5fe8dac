"""The OpenAPI document: valid by its own rules, and held against the running server by schemathesis."""

import pathlib
import subprocess
import sys

import pytest
from openapi_spec_validator import validate

from conftest import client, metadata

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def document(stack):
    with client(stack, None) as anybody:
        answer = anybody.get("/openapi.json")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    return answer.json()


def test_the_document_is_valid(document):
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_operation_says_who_may_call_it_and_how_it_fails(document):
    operations = [o for item in document["paths"].values() for o in item.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    for operation in operations:
        assert {"200", "400", "401", "404", "500", "501"} <= operation["responses"].keys()
        assert operation["summary"] and operation["tags"]


def test_the_server_keeps_to_the_document(stack, merchant, tmp_path):
    """Examples come from a fixed seed; openapi_hooks.py says what more is checked, and what less."""
    headers = [part for pair in metadata(merchant) for part in ("--header", f"{pair[0]}: {pair[1]}")]
    run = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{stack.url}/openapi.json",
            "--tls-verify", stack.ca, "--seed", "1", "--max-examples", "6",
            "--phases", "coverage,fuzzing", "--no-color", "--suppress-health-check", "all",
            "--checks", "nothing_fails_inside,status_code_conformance,content_type_conformance,"
            "response_schema_conformance,response_headers_conformance,unsupported_method,"
            "ignored_auth,the_edge_takes_what_is_valid", *headers,
        ],
        cwd=tmp_path, env={"SCHEMATHESIS_HOOKS": "openapi_hooks", "PYTHONPATH": str(HERE)},
        capture_output=True, text=True, timeout=1_000)
    assert run.returncode == 0, run.stdout[-12000:] + run.stderr[-2000:]
