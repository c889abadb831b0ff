//! The OpenAPI document is one, and its examples are taken and given as it says.

use std::path::Path;
use std::process::Command;

use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::app::{App, With};
use crate::store::testing::TestStore;

const OP: &With = &With::Operator;

async fn document() -> (App, TestStore, Value) {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let answer = app.get(OP, "/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    (app, store, answer.json)
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let found = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter()
            .map(|(method, operation)| (method.as_str(), path.as_str(), operation))
    });
    found.collect()
}

/// Everything of this content has a schema and an example.
fn examples(content: &Value) -> Vec<(&Value, &Value)> {
    let kinds = content.as_object().into_iter().flatten();
    kinds.map(|(_, c)| (&c["schema"], &c["example"])).collect()
}

#[tokio::test]
async fn every_operation_says_how_it_refuses_and_shows_what_it_means() {
    let (_app, _store, document) = document().await;
    let all = operations(&document);
    assert!(all.len() > 40);
    for (method, path, operation) in all {
        let told = format!("{method} {path}");
        assert!(operation["x-gatehouse-permission"].is_string(), "{told}");
        for status in ["401", "403", "422", "503", "default"] {
            let problem = &operation["responses"][status]["content"]["application/problem+json"];
            assert!(problem["example"].is_object(), "{told} {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter["example"].is_null(), "{told} {parameter}");
        }
        for (_, example) in examples(&operation["requestBody"]["content"]) {
            assert!(!example.is_null(), "{told}");
        }
        let mut successes = 0;
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].is_string(), "{told} {status}");
            successes += usize::from(status.starts_with('2'));
            for (schema, example) in examples(&response["content"]) {
                fits(&document, schema, example, &told);
            }
        }
        assert_eq!(successes, 1, "{told}");
    }
}

/// The example has what the schema requires, and nothing that it does not know.
fn fits(document: &Value, schema: &Value, example: &Value, told: &str) {
    if schema["type"] == "string" {
        assert!(example.is_string(), "{told}: {example}");
        return;
    }
    if let Some(pointer) = schema["$ref"].as_str() {
        let schema = document.pointer(&pointer[1..]).expect(pointer);
        return fits(document, schema, example, told);
    }
    if let Some(items) = example.as_array() {
        for item in items {
            fits(document, &schema["items"], item, told);
        }
        return;
    }
    let parts = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().collect(),
        None => vec![schema],
    };
    let mut known: Vec<&String> = Vec::new();
    for part in parts {
        let part = match part["$ref"].as_str() {
            Some(pointer) => document.pointer(&pointer[1..]).expect(pointer),
            None => part,
        };
        for required in part["required"].as_array().into_iter().flatten() {
            let key = required.as_str().unwrap();
            assert!(example.get(key).is_some(), "{told}: {key} is missing");
        }
        known.extend(part["properties"].as_object().unwrap().keys());
        if let Some(items) = example.get("items") {
            fits(document, &part["properties"]["items"], items, told);
        }
    }
    for key in example.as_object().expect(told).keys() {
        assert!(known.contains(&key), "{told}: {key} is not described");
    }
}

#[tokio::test]
async fn what_the_description_shows_is_taken() {
    let (app, _store, document) = document().await;
    let mut taken = 0;
    for (method, path, operation) in operations(&document) {
        let content = operation["requestBody"]["content"].as_object();
        let Some((kind, content)) = content.and_then(|content| content.iter().next()) else {
            continue;
        };
        let example = match &content["example"] {
            Value::String(text) => text.clone(),
            json => json.to_string(),
        };
        let path = path.replace("{id}", "nobody");
        let request = App::request(&method.to_uppercase(), &path, OP)
            .header(header::CONTENT_TYPE, kind)
            .header(header::IF_MATCH, "*")
            .body(Body::from(example))
            .unwrap();
        let answer = app.send(request).await;
        let status = answer.status;
        let code = answer.text("code");
        // Nothing has the id or is of the kind, two of them make the same person, and no gateway is
        // here for two others.
        let understood = status.is_success()
            || (code == "not_found" && (path.contains("nobody") || path.contains("{kind}")))
            || (["/sign-in-policy/preview", "/sync-runs"].contains(&&*path) && code == "not_found")
            || (["/guests", "/members"].contains(&&*path) && code == "taken")
            || (["/upstream-tests", "/certificates"].contains(&&*path)
                && answer.text("detail").contains("runs no gateway"));
        assert!(understood, "{method} {path}: {status} {}", answer.json);
        taken += usize::from(status.is_success());
    }
    assert!(taken >= 7, "{taken}");
}

/// The validator is a Python package: `make tools` installs it where this test looks.
#[tokio::test]
async fn the_description_is_a_valid_openapi_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let validator = root.join("target/tools/bin/openapi-spec-validator");
    assert!(
        validator.exists(),
        "{} is missing: run `make tools`",
        validator.display()
    );
    let (_app, store, document) = document().await;
    let file = store.data.path().join("openapi.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let run = Command::new(validator).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}");
}

/// The console's types are made of the file, and whoever writes a client reads it.
#[tokio::test]
async fn the_description_in_the_repository_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let (_app, _store, document) = document().await;
    let told = serde_json::to_string_pretty(&document).unwrap() + "\n";
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(&file, &told).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == told,
        "admin/openapi.json is behind: run `make openapi`"
    );
}
