//! The link file as a JSON schema, for editors that complete and check TOML.

use super::range::Range;
use super::schema::{LinkTable, ranges};
use serde_json::{Map, Value, json};

/// The JSON schema (draft 2020-12) of a link file. Every key has its description with the unit, and
/// the numbers that are allowed.
pub fn link_schema() -> Value {
    finished(
        schemars::schema_for!(LinkTable).to_value(),
        "Eyespan link file",
        &["signal", "stage"],
        &ranges(),
    )
}

/// A schema with its title, the tables that must be there and the ranges of the keys, by the name of
/// their table.
pub(crate) fn finished(
    mut schema: Value,
    title: &str,
    required: &[&str],
    ranges: &[(&str, &[(&str, Range)])],
) -> Value {
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!(title));
        root.insert("required".to_owned(), json!(required));
    }
    without_null(&mut schema);
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (table, keys) in ranges {
            for (key, range) in *keys {
                let property = definitions
                    .get_mut(*table)
                    .and_then(|table| table.get_mut("properties"))
                    .and_then(|properties| properties.get_mut(*key))
                    .and_then(Value::as_object_mut);
                if let Some(property) = property {
                    write_range(property, range);
                }
            }
        }
    }
    schema
}

/// TOML has no null: a key is there or not.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object
                .get("default")
                .is_some_and(|default| !default.is_number())
            {
                object.remove("default");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [single] = &types[..] {
                    let single = single.clone();
                    object.insert("type".to_owned(), single);
                }
            }
            if let Some(Value::Array(options)) = object.get_mut("anyOf") {
                options.retain(|option| option != &json!({"type": "null"}));
                if let [Value::Object(single)] = &options[..] {
                    let single = single.clone();
                    object.remove("anyOf");
                    for (key, value) in single {
                        // The description of the key goes before that of its type.
                        object.entry(key).or_insert(value);
                    }
                }
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

fn write_range(property: &mut Map<String, Value>, range: &Range) {
    let numeric = property
        .get("type")
        .is_some_and(|name| name == "number" || name == "integer");
    if !numeric {
        return;
    }
    property.remove("minimum");
    property.remove("format");
    if range.low.is_finite() {
        let key = if range.low_excluded {
            "exclusiveMinimum"
        } else {
            "minimum"
        };
        property.insert(key.to_owned(), json!(range.low));
    }
    if range.high.is_finite() {
        let key = if range.high_excluded {
            "exclusiveMaximum"
        } else {
            "maximum"
        };
        property.insert(key.to_owned(), json!(range.high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::stage_tables::StageTable;

    #[test]
    fn every_key_has_a_description_and_every_quantity_its_range() {
        let schema = link_schema();
        let definitions = schema["$defs"].as_object().expect("definitions");
        let mut keys = 0;
        for (table, definition) in definitions {
            let Some(properties) = definition["properties"].as_object() else {
                continue;
            };
            assert_eq!(definition["additionalProperties"], json!(false), "{table}");
            for (key, property) in properties {
                keys += 1;
                assert!(
                    property["description"].is_string(),
                    "{table}.{key}: {property}"
                );
                assert_ne!(property["type"], json!(["number", "null"]), "{table}.{key}");
            }
        }
        assert!(keys > 100, "{keys} keys");
        let length = &definitions["FiberTable"]["properties"]["length_km"];
        assert_eq!(length["minimum"], json!(0.0), "{length}");
        let attenuation = &definitions["FiberTable"]["properties"]["attenuation_db_per_km"];
        let description = attenuation["description"].as_str().expect("described");
        assert!(description.contains("dB/km"), "{attenuation}");
    }

    #[test]
    fn every_kind_of_stage_is_there() {
        let text = link_schema().to_string();
        for kind in StageTable::KINDS {
            assert!(text.contains(&format!("\"{kind}\"")), "{kind}");
        }
    }
}
