//! The `OpenAPI` document, generated from the code.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::app::Shared;
use crate::rest::error::ErrorBody;
use crate::rest::{photo_requests, smart_links, webhooks};

/// The extension that marks a field as documented by the public guide or inferred.
const SOURCE: &str = "x-visiono-source";

#[derive(OpenApi)]
#[openapi(
    paths(
        super::status,
        photo_requests::list,
        photo_requests::create,
        photo_requests::batch,
        photo_requests::get,
        photo_requests::cancel,
        photo_requests::submissions,
        photo_requests::download_urls,
        photo_requests::qrcode,
        smart_links::list,
        smart_links::create,
        smart_links::get,
        smart_links::update,
        smart_links::archive,
        smart_links::submissions,
        smart_links::download_urls,
        smart_links::qrcode,
        webhooks::list,
        webhooks::create,
        webhooks::get,
        webhooks::update,
        webhooks::delete,
        webhooks::test,
        webhooks::events,
    ),
    components(schemas(ErrorBody))
)]
struct Document;

const DESCRIPTION: &str = "Reconstructed from the public guide; it is not Visiono's own document. \
    Every parameter and field begins with Documented or Inferred, and has the same in \
    `x-visiono-source`. The sandbox implements what this document says.";

/// `GET /api/v1.openapi`.
pub(crate) async fn get(State(app): State<Shared>) -> Json<Value> {
    Json(build(&app.origin()))
}

/// Returns the document of the sandbox at this address.
fn build(base: &str) -> Value {
    let mut document = json!(Document::openapi());
    document["info"] = json!({
        "title": "Visiono REST API, reconstructed from the public guide",
        "description": DESCRIPTION,
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    document["servers"] = json!([{ "url": format!("{base}/api/v1") }]);
    document["security"] = json!([{ "key": [] }]);
    document["components"]["securitySchemes"] = json!({
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "Documented. A key from the console: vsk_live_… or vsk_test_…",
        },
    });
    document["components"]["headers"] = json!({
        "Limit": count("Documented. The requests that the key may send in a minute."),
        "Remaining": count("Documented. The requests that are left in this minute."),
        "RetryAfter": count("Inferred. The seconds after which the request can be repeated."),
    });
    document["components"]["responses"] = errors();
    let tested = &mut document["paths"]["/webhooks/{id}/test"]["post"]["requestBody"];
    tested["required"] = false.into();
    let link = &mut document["paths"]["/smart-links/{id}"];
    let mut patch = link["put"].clone();
    patch["operationId"] = "patchSmartLink".into();
    patch["description"] = "Documented on another page than PUT, and the same. Needs the scope \
        `smart_links:write`."
        .into();
    link["patch"] = patch;
    let metadata = &mut document["components"]["schemas"]["NewPhotoRequest"]["properties"];
    let metadata = &mut metadata["metadata"];
    // PHP writes an empty map as `[]`.
    *metadata = json!({
        "description": metadata["description"],
        "oneOf": [
            { "type": "object", "additionalProperties": {} },
            { "type": "array", "items": {}, "maxItems": 0 },
            { "type": "null" },
        ],
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        let operations = item.as_object_mut().into_iter().flatten();
        for (method, operation) in operations.filter(|(name, _)| is_method(name)) {
            complete(path, method, operation);
        }
    }
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        refer(name, schema);
    }
    mark(&mut document);
    document
}

/// Moves the `data` of an envelope to a named schema, and refers to it.
fn refer(name: &str, schema: &mut Value) {
    let (list, inner) = match name.split_once('_') {
        Some(("Single", inner)) => match inner.strip_prefix("Vec_") {
            Some(inner) => (true, inner),
            None => (false, inner),
        },
        Some(("Listed", inner)) => (true, inner),
        _ => return,
    };
    let reference = format!("#/components/schemas/{inner}");
    schema["properties"]["data"] = match list {
        true => json!({
            "type": "array",
            "items": { "$ref": reference },
            "description": "Documented.",
        }),
        false => json!({ "$ref": reference, "description": "Documented." }),
    };
}

fn count(description: &str) -> Value {
    let schema = json!({ "type": "integer", "minimum": 0 });
    json!({ "description": description, "schema": schema, SOURCE: source(description) })
}

fn is_method(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "patch")
}

/// The errors: status, name and description.
const ERRORS: [(&str, &str, &str); 9] = [
    (
        "400",
        "BadRequest",
        "Documented. The body is not a JSON object.",
    ),
    (
        "401",
        "Unauthenticated",
        "Documented. There is no active key.",
    ),
    (
        "403",
        "MissingScope",
        "Documented. The key lacks the scope that the message names.",
    ),
    ("404", "NotFound", "Documented. The object doesn't exist."),
    (
        "409",
        "Conflict",
        "Inferred. The state doesn't allow it, or the sandbox is full.",
    ),
    (
        "413",
        "TooLarge",
        "Inferred. The body has more than 64 KiB.",
    ),
    (
        "415",
        "UnsupportedMediaType",
        "Inferred. The body is not declared as JSON.",
    ),
    (
        "422",
        "Invalid",
        "Documented. The sentences about each field are in `details`.",
    ),
    (
        "429",
        "RateLimited",
        "Documented. Too many requests in this minute.",
    ),
];

fn errors() -> Value {
    let mut responses = Map::new();
    for (status, name, description) in ERRORS {
        let mut response = json!({
            "description": description,
            "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/Error" } },
            },
            SOURCE: source(description),
        });
        if status != "401" {
            response["headers"] = headers();
        }
        if status == "429" {
            response["headers"]["Retry-After"] =
                json!({ "$ref": "#/components/headers/RetryAfter" });
        }
        responses.insert(name.to_owned(), response);
    }
    responses.into()
}

fn headers() -> Value {
    json!({
        "X-RateLimit-Limit": { "$ref": "#/components/headers/Limit" },
        "X-RateLimit-Remaining": { "$ref": "#/components/headers/Remaining" },
    })
}

/// Adds the rate limit headers and the errors to an operation.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    let has_query = operation["parameters"]
        .as_array()
        .is_some_and(|all| all.iter().any(|parameter| parameter["in"] == "query"));
    let has = |status: &str| match status {
        "400" => has_body || has_query,
        "422" => has_body || has_query,
        "403" => path != "/status",
        "404" => path.contains('{'),
        "409" => has_body && method == "post" || method == "delete" && path.contains("photo"),
        "413" | "415" => has_body,
        _ => true,
    };
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for response in responses.values_mut() {
        response["headers"] = headers();
    }
    for (status, name, _) in ERRORS.iter().filter(|(status, ..)| has(status)) {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        responses.insert((*status).to_owned(), reference);
    }
}

/// Returns the mark at the start of a description.
fn source(description: &str) -> Value {
    match description.split(['.', ' ']).next() {
        Some("Documented") => "documented".into(),
        Some("Inferred") => "inferred".into(),
        _ => Value::Null,
    }
}

/// Marks every operation, parameter and field by its description.
fn mark(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(mark),
        Value::Object(members) => {
            // A nullable reference has its description in the first of two schemas.
            let first = members.get_mut("oneOf").and_then(|all| all.get_mut(0));
            let first = first.and_then(Value::as_object_mut);
            if let Some(description) = first.and_then(|first| first.remove("description")) {
                members.insert("description".to_owned(), description);
            }
            let found = members
                .get("description")
                .and_then(Value::as_str)
                .map(source);
            if let Some(found) = found.filter(|found| !found.is_null()) {
                members.insert(SOURCE.to_owned(), found);
            }
            members.values_mut().for_each(mark);
        }
        _ => {}
    }
}
