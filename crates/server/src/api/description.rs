//! The description of the API, in OpenAPI.
//!
//! `openapi.json` is a template: its placeholders, whose names start with `$facet`, are replaced
//! with the facets that there are.

mod common;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::{Value, json};
use timbao_query::plan::Facet;

use crate::options::ROWS;

/// The description.
pub(super) static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let names = |facets: &[Facet]| listed(facets.iter().map(|facet| json!(facet.name())));
    let stated: Vec<Facet> = Facet::stated().collect();
    let bare: Vec<&str> = stated.iter().map(|facet| facet.name()).collect();
    let string = json!({"type": "string"});
    let nullable = json!({"type": ["string", "null"]});
    [
        (
            "\"$facet-parameters\"",
            listed(stated.iter().map(parameter)),
        ),
        ("\"$facet-values\": {}", properties(&stated, &nullable)),
        ("\"$facet-strings\": {}", properties(&stated, &string)),
        ("\"$stated-facets\"", names(&stated)),
        ("\"$facets\"", names(Facet::ALL)),
        ("$facet-names", bare.join("|")),
    ]
    .iter()
    .fold(
        include_str!("openapi.json").to_owned(),
        |text, (placeholder, value)| text.replace(placeholder, value),
    )
    .parse()
    .map(|mut description: Value| {
        common::complete(&mut description);
        with_exports(description)
    })
    .map_or_else(
        |error: serde_json::Error| error.to_string(),
        |description| format!("{description:#}"),
    )
});

/// Returns `true` if some request has a parameter with that name.
pub(super) fn is_parameter(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let description: Value = serde_json::from_str(&OPENAPI).unwrap_or_default();
        let paths = description["paths"].as_object().into_iter().flatten();
        let parameters = paths.filter_map(|(_, path)| path["get"]["parameters"].as_array());
        let names = parameters.flatten().filter_map(|p| p["name"].as_str());
        names.map(str::to_owned).collect()
    });
    NAMES.contains(name)
}

/// The views that can be exported.
const EXPORTS: [&str; 15] = [
    "search",
    "kwic",
    "trends",
    "collocates",
    "keywords",
    "fillers",
    "wordlist",
    "dispersion",
    "compare",
    "batch",
    "reprints",
    "similar",
    "articles/{id}/similar",
    "articles/{id}/reprints",
    "sources",
];

/// Adds the exports, which take the parameters of their views.
fn with_exports(mut description: Value) -> Value {
    for view in EXPORTS {
        let base = description["paths"][format!("/{view}")].clone();
        for (extension, media_type, own) in [
            (
                "csv",
                "text/csv",
                vec![csv_parameter(), language_parameter()],
            ),
            ("xlsx", WORKBOOK, vec![language_parameter()]),
            ("jsonl", "application/jsonl", Vec::new()),
        ] {
            let mut path = base.clone();
            let get = &mut path["get"];
            let schema = match extension {
                "xlsx" => json!({"type": "string", "contentEncoding": "binary"}),
                _ => json!({"type": "string"}),
            };
            get["operationId"] = json!(format!(
                "{}{}",
                get["operationId"].as_str().unwrap_or(view),
                extension.to_uppercase()
            ));
            common::export(get);
            get["summary"] = json!(format!("/{view}, complete, as {extension}."));
            get["responses"]["200"]["content"] = json!({media_type: {"schema": schema}});
            if let Some(parameters) = get["parameters"].as_array_mut() {
                let is_kept = |p: &Value| p["name"] != "cite" && p["name"] != "facet";
                parameters.retain(is_kept);
                parameters.push(cite_parameter());
                // Similar articles are as many as in JSON.
                if !view.ends_with("similar") {
                    parameters.iter_mut().for_each(unlimit);
                }
                parameters.extend(own);
            }
            description["paths"][format!("/{view}.{extension}")] = path;
        }
    }
    description
}

/// The media type of a workbook of Excel.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Removes the limits of lists from a parameter.
fn unlimit(parameter: &mut Value) {
    if parameter["name"] == "limit" {
        let least = parameter["schema"]["minimum"].clone();
        parameter["description"] = json!("Largest number of rows; without it there are all.");
        parameter["schema"] = json!({"type": "integer", "minimum": least, "maximum": ROWS});
    } else if parameter["name"] == "offset" {
        parameter["schema"]["maximum"] = json!(ROWS);
    }
}

fn csv_parameter() -> Value {
    json!({
        "name": "csv",
        "in": "query",
        "description": "How CSV is written: words with commas between them, or several values. \
            `excel` (Excel with Vietnamese settings) is bom,semicolon,decimal-comma,guard; `plain` is \
            none of them; without the parameter it is bom,guard.",
        "schema": {
            "type": "array",
            "maxItems": 10,
            "items": {"type": "string", "enum": [
                "excel", "plain", "bom", "comma", "semicolon", "tab", "decimal-point",
                "decimal-comma", "guard",
            ]},
        },
        "example": ["excel"],
    })
}

fn cite_parameter() -> Value {
    json!({
        "name": "cite",
        "in": "query",
        "description": "Whether the file ends with a citation: in CSV an empty line and comments that \
            begin with #, in JSON Lines a line with the key `citation`. A workbook always has a sheet \
            with it.",
        "schema": {"type": "boolean", "default": false},
        "example": true,
    })
}

fn language_parameter() -> Value {
    json!({
        "name": "lang",
        "in": "query",
        "description": "The language of the sheets' names and of the citation.",
        "schema": {"type": "string", "enum": ["vi", "en"], "default": "vi"},
        "example": "vi",
    })
}

/// The parameter that limits an answer to the values of a facet.
fn parameter(facet: &Facet) -> Value {
    json!({
        "name": facet.name(),
        "in": "query",
        "description": format!(
            "Words that the {facet} contains as a phrase; with = before them, its whole value; with - \
             before that, excluded. -* accepts articles without a {facet}, * excludes them. Repeat the \
             parameter for several values, of which one is enough."
        ),
        "style": "form",
        "explode": true,
        "schema": {"type": "array", "items": {"type": "string", "maxLength": 2000}, "maxItems": 50},
        "example": [facet.example()],
    })
}

/// The items of an array.
fn listed(items: impl Iterator<Item = Value>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    items.join(", ")
}

/// The members of an object that has a property of one schema for each facet.
fn properties(facets: &[Facet], schema: &Value) -> String {
    let members = facets.iter().map(|facet| (facet.name(), schema));
    let members = members.map(|(name, schema)| format!("\"{name}\": {schema}"));
    members.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced() {
        let description: Value = serde_json::from_str(&OPENAPI).unwrap();
        assert!(!OPENAPI.contains("$facet") && !OPENAPI.contains("$stated"));
        let schemas = &description["components"]["schemas"];
        let values = &schemas["Facet"]["properties"]["facet"]["enum"];
        assert_eq!(values.as_array().unwrap().len(), Facet::ALL.len());
        let parameters = description["paths"]["/search"]["get"]["parameters"].as_array();
        for facet in Facet::stated() {
            let name = facet.name();
            assert!(schemas["Hit"]["properties"][name].is_object(), "{name}");
            assert!(schemas["Article"]["properties"][name].is_object(), "{name}");
            assert!(
                parameters.unwrap().iter().any(|p| p["name"] == name),
                "{name}"
            );
        }
    }
}
