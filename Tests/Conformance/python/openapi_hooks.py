"""What schemathesis is told about this server besides its document."""

import schemathesis

# Reasons of the edge that no schema can foresee: two places of one value that differ.
BETWEEN_PARAMETERS = {"HEADER_CONFLICT", "BAD_QUERY", "BAD_PATH"}


@schemathesis.check
def the_edge_takes_what_is_valid(ctx, response, case):
    """Valid by the schema means that the request reaches its service; what that refuses is its own."""
    if response.status_code not in (400, 415) or not case.meta:
        return
    if not case.meta.generation.mode.is_positive:
        return
    details = response.json()["error"].get("details", [])
    for detail in details:
        if detail.get("domain") == "rest.edge" and detail["reason"] not in BETWEEN_PARAMETERS:
            raise AssertionError(f"refused though valid: {response.json()['error']['message']}")


@schemathesis.check
def nothing_fails_inside(ctx, response, case):
    """501 is the documented answer of routes whose service this server does not have."""
    assert response.status_code < 500 or response.status_code == 501, response.text
