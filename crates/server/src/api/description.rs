//! The description of the API, in OpenAPI.
//!
//! `openapi.json` is a template: its placeholders, whose names start with `$facet`, are replaced
//! with the facets that there are.

use std::sync::LazyLock;

use serde_json::{Value, json};
use timbao_query::plan::Facet;

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
});

/// The parameter that limits an answer to the values of a facet.
fn parameter(facet: &Facet) -> Value {
    json!({
        "name": facet.name(),
        "in": "query",
        "description": format!(
            "Words that the {facet} contains as a phrase; with = before them, its whole value."
        ),
        "schema": {"type": "string", "maxLength": 2000},
        "example": facet.example(),
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
