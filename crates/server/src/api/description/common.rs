//! The parts of the description that many operations share: tags, cursors, answers of the layers
//! around the API, and examples.

use serde_json::{Value, json};

/// The tags with their descriptions and the paths that have them.
const TAGS: [(&str, &str, &[&str]); 5] = [
    (
        "Search",
        "Hits, counts and completions.",
        &["/search", "/facets", "/suggest", "/batch"],
    ),
    (
        "Articles",
        "Complete articles, their reprints and similar ones.",
        &[
            "/articles/{id}",
            "/articles/{id}/similar",
            "/articles/{id}/reprints",
            "/reprints",
            "/similar",
        ],
    ),
    (
        "Research",
        "Occurrences in context, over time and in comparison.",
        &[
            "/kwic",
            "/trends",
            "/trends.svg",
            "/collocates",
            "/keywords",
            "/fillers",
            "/wordlist",
            "/dispersion",
            "/compare",
        ],
    ),
    (
        "Index",
        "Statistics and sources of the index.",
        &["/stats", "/sources"],
    ),
    (
        "Server",
        "The server itself.",
        &["/healthz", "/metrics", "/openapi.json"],
    ),
];

/// The tag of exports.
const EXPORTS: (&str, &str) = ("Exports", "Complete answers as files.");

/// The lists that have cursors, with the schemas of their answers.
const LISTS: [(&str, &[&str]); 11] = [
    ("/similar", &["SimilarAnswer"]),
    ("/articles/{id}/similar", &["SimilarAnswer"]),
    ("/search", &["SearchAnswer"]),
    ("/kwic", &["KwicLinesAnswer", "KwicGroupsAnswer"]),
    ("/batch", &["BatchAnswer"]),
    ("/reprints", &["ReprintGroupsAnswer"]),
    ("/wordlist", &["WordListAnswer"]),
    ("/collocates", &["CollocatesAnswer", "KeywordsAnswer"]),
    ("/keywords", &["KeywordsAnswer"]),
    ("/fillers", &["FillersAnswer"]),
    ("/compare", &["CompareAnswer"]),
];

/// Answers by their paths.
const ANSWERS: &str = include_str!("examples.json");

/// Examples of parameters that state none in the template, as JSON.
const EXAMPLES: [(&str, &str); 18] = [
    ("view", "\"d5877604aa7c4d7a\""),
    ("cursor", "\"d5877604aa7c4d7a-20-612a688e\""),
    ("limit", "20"),
    ("offset", "40"),
    ("left", "8"),
    ("right", "8"),
    ("window", "5"),
    ("min", "3"),
    ("min_articles", "2"),
    ("recency", "365"),
    ("snippets", "2"),
    ("sample", "100"),
    ("seed", "7"),
    ("size", "2"),
    ("slices", "20"),
    ("thin", "20"),
    ("values", "5"),
    ("terms", "20"),
];

/// Adds tags, cursors, common answers and examples.
pub(super) fn complete(description: &mut Value) {
    cursors(description);
    for (tag, _, paths) in TAGS {
        for path in paths {
            description["paths"][path]["get"]["tags"] = json!([tag]);
        }
    }
    let tags = TAGS.map(|(name, about, _)| (name, about));
    let tags = tags.into_iter().chain([EXPORTS]);
    let tags = tags.map(|(name, about)| json!({"name": name, "description": about}));
    description["tags"] = tags.collect();
    responses(description);
    answers(description);
    if let Some(paths) = description["paths"].as_object_mut() {
        for path in paths.values_mut() {
            examples(&mut path["get"]);
            let own = &mut path["get"]["responses"];
            for (status, name) in [("403", "Forbidden"), ("429", "TooManyTokens")] {
                own[status] = json!({"$ref": format!("#/components/responses/{name}")});
            }
        }
    }
}

/// Makes an operation one of the exports.
pub(super) fn export(operation: &mut Value) {
    operation["tags"] = json!([EXPORTS.0]);
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.retain(|parameter| parameter["name"] != "cursor");
    }
}

/// Adds the parameters `cursor` and `offset` of lists, and `next` to their answers.
fn cursors(description: &mut Value) {
    let offset = description["paths"]["/search"]["get"]["parameters"]
        .as_array()
        .and_then(|all| all.iter().find(|parameter| parameter["name"] == "offset"))
        .cloned();
    for (path, schemas) in LISTS {
        let parameters = &mut description["paths"][path]["get"]["parameters"];
        if let Some(parameters) = parameters.as_array_mut() {
            if !parameters
                .iter()
                .any(|parameter| parameter["name"] == "offset")
            {
                parameters.extend(offset.clone());
            }
            parameters.push(cursor());
        }
        for schema in schemas {
            next(&mut description["components"]["schemas"][schema]);
        }
    }
}

/// Adds `next` to a schema, or to each of those it is one of.
fn next(schema: &mut Value) {
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.iter_mut().for_each(next);
    } else if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let cursor = json!({
            "type": ["string", "null"],
            "description": "The cursor of the following rows; null after the last.",
        });
        properties.insert("next".to_owned(), cursor);
    }
}

fn cursor() -> Value {
    json!({
        "name": "cursor",
        "in": "query",
        "description": "Continues a list: the `next` of the response before, with the other parameters of \
            that request. Only `limit`, `cite`, `facet` and `snippets` may differ. It stands for a place in \
            one state of the index and is answered from that state, also after a reload or a restart; when \
            the state is no longer kept, the response is 410. It excludes `view` and `offset`.",
        "schema": {"type": "string", "maxLength": 80},
    })
}

/// Describes the answers of the layers around the API.
fn responses(description: &mut Value) {
    let retry = json!({"Retry-After": {
        "description": "Seconds after which the request can be repeated.",
        "schema": {"type": "integer", "minimum": 1},
    }});
    let all = &mut description["components"]["responses"];
    for (name, about) in [
        (
            "Forbidden",
            "The token does not have the right to read, or to export.",
        ),
        (
            "TooManyTokens",
            "Too many wrong tokens came from this address.",
        ),
    ] {
        all[name] = json!({
            "description": about,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        });
    }
    for name in ["TooManyTokens", "Busy"] {
        all[name]["headers"] = retry.clone();
    }
    for (name, example) in [
        (
            "BadRequest",
            json!({
                "type": "urn:timbao:problem:parameter", "title": "Invalid parameter", "status": 400,
                "detail": "limit must be a number from 0 to 100", "parameter": "limit",
            }),
        ),
        (
            "NotFound",
            json!({
                "type": "urn:timbao:problem:not-found", "title": "Not found", "status": 404,
                "detail": "no article has this id", "parameter": "id",
            }),
        ),
        (
            "ViewGone",
            json!({
                "type": "urn:timbao:problem:view-gone", "title": "View of the index expired", "status": 410,
                "detail": "start again without `cursor`, from the first page", "parameter": "cursor",
            }),
        ),
        (
            "Busy",
            json!({
                "type": "urn:timbao:problem:busy", "title": "Too many concurrent searches", "status": 503,
                "detail": "try again in a moment",
            }),
        ),
    ] {
        all[name]["content"]["application/problem+json"]["example"] = example;
    }
}

/// Adds an example of each answer, from an index of `corpus/`.
fn answers(description: &mut Value) {
    let examples: Value = serde_json::from_str(ANSWERS).unwrap_or_default();
    for (path, example) in examples.as_object().into_iter().flatten() {
        let content = &mut description["paths"][path]["get"]["responses"]["200"]["content"];
        content["application/json"]["example"] = example.clone();
    }
}

/// Adds an example to each parameter of an operation that has none: for a choice the default or the
/// first value, for a flag `true`.
fn examples(operation: &mut Value) {
    let Some(parameters) = operation["parameters"].as_array_mut() else {
        return;
    };
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let known = EXAMPLES.iter().find(|(known, _)| *known == name);
        let schema = &parameter["schema"];
        let choices = &schema["enum"];
        let example = match known {
            _ if parameter.get("example").is_some() => continue,
            Some((_, text)) => text.parse().unwrap_or_default(),
            None if choices.is_array() => {
                let default = schema.get("default");
                default.unwrap_or(&choices[0]).clone()
            }
            None => json!(schema["type"] == "boolean"),
        };
        parameter["example"] = example;
    }
}

#[cfg(test)]
mod tests {
    use super::super::OPENAPI;
    use super::*;

    #[test]
    fn every_operation_has_a_tag_and_every_parameter_says_what_it_takes() {
        let description: Value = serde_json::from_str(&OPENAPI).unwrap();
        let tags = description["tags"].as_array().unwrap();
        for (path, operations) in description["paths"].as_object().unwrap() {
            let get = &operations["get"];
            let tag = &get["tags"][0];
            assert!(
                tags.iter().any(|known| known["name"] == *tag),
                "{path}: {tag}"
            );
            for parameter in get["parameters"].as_array().into_iter().flatten() {
                let checker = jsonschema::validator_for(&parameter["schema"]).unwrap();
                let example = parameter.get("example");
                assert!(
                    example.is_some_and(|example| checker.is_valid(example)),
                    "{path}: {}: {example:?}",
                    parameter["name"]
                );
            }
        }
    }
}
