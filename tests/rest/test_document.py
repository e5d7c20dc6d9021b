"""Tests the OpenAPI document: it is valid, and marks the source of each field; and the errors."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness import FOLDER

# The guide's operations, each with its scope. The last two are only on the site.
OPERATIONS = {
    "GET /photo-requests": "photo_requests:read",
    "POST /photo-requests": "photo_requests:write",
    "POST /photo-requests/batch": "photo_requests:write",
    "GET /photo-requests/{id}": "photo_requests:read",
    "DELETE /photo-requests/{id}": "photo_requests:write",
    "GET /photo-requests/{id}/submissions": "submissions:read",
    "GET /photo-requests/{id}/download-urls": "download_urls:read",
    "GET /photo-requests/{id}/qrcode": "photo_requests:read",
    "GET /smart-links": "smart_links:read",
    "POST /smart-links": "smart_links:write",
    "GET /smart-links/{id}": "smart_links:read",
    "PUT /smart-links/{id}": "smart_links:write",
    "DELETE /smart-links/{id}": "smart_links:write",
    "GET /smart-links/{id}/submissions": "submissions:read",
    "GET /smart-links/{id}/download-urls": "download_urls:read",
    "GET /smart-links/{id}/qrcode": "smart_links:read",
    "GET /webhooks": "webhooks:read",
    "POST /webhooks": "webhooks:write",
    "GET /webhooks/{id}": "webhooks:read",
    "PATCH /webhooks/{id}": "webhooks:write",
    "DELETE /webhooks/{id}": "webhooks:write",
    "POST /webhooks/{id}/test": "webhooks:write",
    "GET /webhooks/events": "webhooks:read",
    "PATCH /smart-links/{id}": "smart_links:write",
    "GET /status": None,
}
# The fields in the public guide, by schema. All others are inferred.
DOCUMENTED = {
    "Download": "id item_id download_url thumbnail_url file_size_kb mime_type has_gps_data "
    "gps_latitude gps_longitude submitted_at",
    "DownloadMeta": "urls_valid_for expires_in_seconds",
    "Error": "error",
    "LinkSubmission": "id unique_field_value external_source external_reference",
    "NewItem": "instructions is_required",
    "NewPhotoRequest": "instructions recipient_email expires_in_hours require_gps "
    "allow_submitter_notes send_email internal_notes metadata items photo_slots",
    "NewSmartLink": "instructions custom_slug unique_field_label show_full_name_field "
    "full_name_required require_gps tags items",
    "NewWebhook": "url events name is_active",
    "Problem": "code message details",
    "QrUrl": "qrcode_url",
    "RequestDownloads": "photo_request_id submissions",
    "RequestDownloadsAnswer": "data meta",
    "Item": "id instructions is_required",
    "SmartLink": "id unique_code custom_slug is_active instructions unique_field_label request_url "
    "created_at tags items",
    "Photo": "id item_id file_size_kb mime_type has_gps_data gps_latitude gps_longitude "
    "submitted_at",
    "PhotoRequest": "id unique_code numeric_code status instructions recipient_email request_url "
    "code_entry_url expires_at created_at metadata items",
    "Webhook": "id url events is_active created_at",
    "NewWebhookWithSecret": "id url events secret is_active created_at",
    "SmartLinkChange": "instructions custom_slug unique_field_label show_full_name_field "
    "full_name_required require_gps tags items",
    "WebhookChange": "url events name is_active",
}
METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def document(sandbox):
    # No key is required.
    answer = requests.get(f"{sandbox.base}.openapi", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json()


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield f"{method.upper()} {path}", item[method]


def test_it_is_valid(document, tmp_path):
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    # A second validator, in another language.
    shutil.copy(Path(__file__).with_name("clients") / "validate.mjs", tmp_path)
    (tmp_path / "document.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "node_modules").symlink_to(FOLDER / "node" / "node_modules")
    command = ["node", "validate.mjs"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert finished.stdout.strip() == "valid 3.1", finished.stdout + finished.stderr


def test_it_has_the_operations_of_the_guide(document):
    found = dict(operations(document))
    assert found.keys() == OPERATIONS.keys()
    for name, scope in OPERATIONS.items():
        assert scope is None or f"`{scope}`" in found[name]["description"], name
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)
    assert document["security"] == [{"key": []}]
    key = document["components"]["securitySchemes"]["key"]
    assert [key["type"], key["in"], key["name"]] == ["apiKey", "header", "X-API-Key"]


def source(place, value):
    """Returns the source of a field, with which its description must begin."""
    mark = value.get("x-visiono-source")
    assert mark in ("documented", "inferred"), place
    assert value["description"].startswith(mark.capitalize()), place
    return mark


def fields(place, value):
    """Yields each property of every schema with its place."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from fields(f"{place}.{index}", one)
    elif isinstance(value, dict):
        for name, property in value.get("properties", {}).items():
            yield f"{place}.{name}", property
        for name, one in value.items():
            yield from fields(f"{place}.{name}", one)


def test_every_field_says_where_it_is_from(document):
    info = document["info"]
    assert "reconstructed from the public guide" in f"{info['title']} {info['description']}"
    count = 0
    for place, property in fields(
        "", {"components": document["components"], "paths": document["paths"]}
    ):
        source(place, property)
        count += 1
    assert count > 150
    for name, operation in operations(document):
        source(name, operation)
        for parameter in operation.get("parameters", []):
            source(f"{name} {parameter['name']}", parameter)
    for name, schema in document["components"]["schemas"].items():
        marks = {one: source(name, value) for one, value in schema.get("properties", {}).items()}
        if name.startswith(("Single_", "Listed_")):
            continue
        documented = {one for one, mark in marks.items() if mark == "documented"}
        assert documented == set(DOCUMENTED.get(name, "").split()), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_is_as_described(sandbox, document, name):
    """Requests without a key, without the scope, for nothing, wrongly, and too often."""
    method, path = name.split()
    operation = document["paths"][path][method.lower()]
    link = sandbox.rest("POST", "/smart-links", {"instructions": "Any."})
    endpoint = sandbox.rest("POST", "/webhooks", {"url": f"{sandbox.origin}/nowhere"})
    ids = {"smart-links": link["id"], "webhooks": endpoint["id"]}
    right = path.replace("{id}", ids.get(path.split("/")[1], "none"))
    has_body = "requestBody" in operation

    def check(status, code, url=right, **sent):
        answer = sandbox.send(method, url, **({"json": {}} if has_body and not sent else sent))
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        described = resolve(document, operation["responses"][str(status)])
        schema = described["content"]["application/json"]["schema"]
        checker = FormatChecker()
        Draft202012Validator({**document, **schema}, format_checker=checker).validate(answer.json())
        assert all(header in answer.headers for header in described.get("headers", {}))
        return answer.json()["error"]

    check(401, "unauthenticated", headers={"X-API-Key": "vsk_test_unknown"})
    scope = OPERATIONS[name]
    if scope:
        error = check(403, "missing_scope", headers={"X-API-Key": sandbox.make_key(scopes=[])})
        assert error["details"] == {"scope": [scope]} and scope in error["message"]
    if "{id}" in path:
        check(404, "not_found", path.replace("{id}", "none"))
    if has_body:
        sent = {"headers": {"Content-Type": "application/json"}}
        for text in (b"[1]", b"{", b"1", b"\xff"):
            check(400, "bad_request", data=text, **sent)
        check(413, "too_large", data=b" " * 70_000, **sent)
        sent = {"headers": {"Content-Type": "text/plain"}}
        check(415, "unsupported_media_type", data=b"{}", **sent)
    sandbox.console("PUT", "/sandbox/rate-limit", {"exhausted": True})
    check(429, "rate_limited")


def resolve(document, value):
    while "$ref" in value:
        found = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        value = found
    return value


def test_a_key_can_do_what_its_scopes_say_and_no_more(sandbox, document):
    """Requests each operation with a key for its scope alone, and with one for all others."""
    scopes = set(filter(None, OPERATIONS.values()))
    sandbox.console("PUT", "/sandbox/rate-limit", {"limit": 1000})
    keys = {scope: sandbox.make_key(scopes=[scope]) for scope in scopes}
    others = {scope: sandbox.make_key(scopes=sorted(scopes - {scope})) for scope in scopes}
    for name, scope in OPERATIONS.items():
        method, path = name.split()
        if scope:
            for key, is_refused in ((keys[scope], False), (others[scope], True)):
                answer = sandbox.send(
                    method, path.replace("{id}", "none"), headers={"X-API-Key": key}
                )
                assert (answer.status_code == 403) == is_refused, name
    off = sandbox.make_key(active=False)
    assert sandbox.send("GET", "/status", headers={"X-API-Key": off}).status_code == 401
    live = sandbox.make_key(mode="live")
    assert (live[:9], sandbox.key[:9]) == ("vsk_live_", "vsk_test_")
    assert sandbox.send("GET", "/status", headers={"X-API-Key": live}).json() == {
        "data": {"status": "ok"}
    }
