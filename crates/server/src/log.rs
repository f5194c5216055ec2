//! The log: one JSON object a line, on standard error.

use std::io::{self, Write};
use std::time::SystemTime;

use serde_json::{Map, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes events.
pub(crate) enum Log {
    /// To standard error.
    Stderr,
    /// Nowhere.
    Off,
}

/// The value of a field.
pub(crate) enum Value<'v> {
    Text(&'v str),
    Whole(u64),
    Milliseconds(f64),
}

impl Log {
    /// Writes an expected event.
    pub(crate) fn info(&self, event: &str, fields: &[(&str, Value<'_>)]) {
        self.write("info", event, fields);
    }

    /// Writes an event that needs attention.
    pub(crate) fn warn(&self, event: &str, fields: &[(&str, Value<'_>)]) {
        self.write("warn", event, fields);
    }

    fn write(&self, level: &str, event: &str, fields: &[(&str, Value<'_>)]) {
        if let Self::Stderr = self {
            // A closed standard error cannot be reported anywhere.
            let _ = io::stderr()
                .lock()
                .write_all(line(level, event, fields).as_bytes());
        }
    }
}

fn line(level: &str, event: &str, fields: &[(&str, Value<'_>)]) -> String {
    let mut line = Map::new();
    let now = OffsetDateTime::from(SystemTime::now());
    let now = now.replace_millisecond(now.millisecond()).unwrap_or(now);
    line.insert(
        "time".into(),
        json!(now.format(&Rfc3339).unwrap_or_default()),
    );
    line.insert("level".into(), json!(level));
    line.insert("event".into(), json!(event));
    for (name, value) in fields {
        let value = match value {
            Value::Text(text) => json!(text),
            Value::Whole(number) => json!(number),
            Value::Milliseconds(ms) => json!((ms * 1000.0).round() / 1000.0),
        };
        line.insert((*name).into(), value);
    }
    let mut line = serde_json::Value::Object(line).to_string();
    line.push('\n');
    line
}
