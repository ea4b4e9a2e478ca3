//! `eyespan schema`: the schemas are sound, and describe what is read and written.

use crate::command::{Folder, LINES, done, example, examples};
use serde_json::{Value, json};

/// Checks a value against the keywords of JSON Schema (draft 2020-12) that the program's schemas
/// use; any other keyword is an error, so that none is passed over.
fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let keywords = schema
        .as_object()
        .ok_or(format!("{at}: no schema: {schema}"))?;
    let wrong = |what: &str| Err(format!("{at}: {value} {what}"));
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    for (keyword, rule) in keywords {
        let list = || rule.as_array().cloned().unwrap_or_default();
        let passing = || {
            list()
                .iter()
                .filter(|option| check(root, option, value, at).is_ok())
                .count()
        };
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => true,
            "$ref" => {
                let pointer = rule.as_str().and_then(|r| r.strip_prefix('#'));
                let target = pointer
                    .and_then(|pointer| root.pointer(pointer))
                    .ok_or(format!("{at}: {rule} leads nowhere"))?;
                check(root, target, value, at)?;
                true
            }
            "type" => {
                let names = if rule.is_array() {
                    list()
                } else {
                    vec![rule.clone()]
                };
                names.iter().any(|name| match name.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("number") => value.is_number(),
                    Some("integer") => {
                        value.is_i64() || value.is_u64() || number(value).fract() == 0.0
                    }
                    Some("boolean") => value.is_boolean(),
                    Some("null") => value.is_null(),
                    _ => false,
                })
            }
            "const" => value == rule,
            "enum" => list().contains(value),
            "anyOf" => passing() > 0,
            "oneOf" => passing() == 1,
            "required" => list()
                .iter()
                .all(|key| key.as_str().is_some_and(|key| value.get(key).is_some())),
            "properties" => {
                for (key, schema) in rule.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        check(root, schema, value, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(rule, false, "{at}");
                let known = schema.get("properties").and_then(Value::as_object);
                value.as_object().is_none_or(|o| {
                    o.keys()
                        .all(|key| known.is_some_and(|k| k.contains_key(key)))
                })
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{at}/{i}"))?;
                }
                true
            }
            "minItems" => value
                .as_array()
                .is_none_or(|a| a.len() as f64 >= number(rule)),
            "maxItems" => value
                .as_array()
                .is_none_or(|a| a.len() as f64 <= number(rule)),
            "minimum" => !value.is_number() || number(value) >= number(rule),
            "maximum" => !value.is_number() || number(value) <= number(rule),
            "exclusiveMinimum" => !value.is_number() || number(value) > number(rule),
            "exclusiveMaximum" => !value.is_number() || number(value) < number(rule),
            _ => return Err(format!("{at}: the keyword {keyword} is not known")),
        };
        if !holds {
            return wrong(&format!("against {keyword}: {rule}"));
        }
    }
    Ok(())
}

fn schema(what: &str) -> Value {
    Folder::new().eyespan(&["schema", what]).success().json()
}

/// Every reference leads to a definition in the same document.
fn assert_references(root: &Value, value: &Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                let pointer = reference.strip_prefix('#').expect("within the document");
                assert!(root.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            object.values().for_each(|v| assert_references(root, v));
        }
        Value::Array(list) => list.iter().for_each(|v| assert_references(root, v)),
        _ => {}
    }
}

#[test]
fn references_lead_to_definitions() {
    for what in ["link", "line", "result"] {
        let schema = schema(what);
        assert!(schema["$schema"].is_string());
        assert_references(&schema, &schema);
    }
}

#[test]
fn the_link_schema_names_every_stage_and_takes_every_example() {
    let schema = schema("link");
    let text = schema.to_string();
    for stage in [
        "driver",
        "laser",
        "electro_absorption_modulator",
        "mach_zehnder_modulator",
        "fiber",
        "connector",
        "splice",
        "attenuator",
        "photoreceiver",
        "twinax",
        "electrical_receiver",
        "ctle",
        "filter",
        "ac_coupling",
    ] {
        assert!(text.contains(&format!("\"{stage}\":")), "{stage}");
    }
    for path in examples() {
        let text = std::fs::read_to_string(&path).expect("an example");
        let link: Value = toml::from_str(&text).expect("TOML");
        check(&schema, &schema, &link, "").unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let wrong: Value =
            toml::from_str(&text.replace("symbol_rate_gbd", "symbol_rate")).expect("TOML");
        assert!(check(&schema, &schema, &wrong, "").is_err());
    }
    assert!(check(&schema, &schema, &json!({"signal": {}}), "").is_err());
}

#[test]
fn the_line_schema_takes_the_examples_and_nothing_else() {
    let schema = schema("line");
    for line in LINES {
        let text = std::fs::read_to_string(example(line)).expect("an example");
        let right: Value = toml::from_str(&text).expect("TOML");
        check(&schema, &schema, &right, "").unwrap_or_else(|e| panic!("{line}: {e}"));
        for (from, to) in [
            ("spacing_ghz", "spacing"),
            ("length_km = ", "length_km = -"),
            ("noise_figure_db", "nf_db"),
        ] {
            let wrong: Value = toml::from_str(&text.replace(from, to)).expect("TOML");
            assert!(check(&schema, &schema, &wrong, "").is_err(), "{from}");
        }
    }
    assert!(check(&schema, &schema, &json!({"channels": {}}), "").is_err());
}

#[test]
fn results_obey_their_schema() {
    let schema = schema("result");
    let folder = Folder::new();
    let counted = [
        "engine.method=monte-carlo",
        "engine.monte_carlo.maximum_symbols=5000",
    ];
    let mut results = vec![
        folder.result("400gbase-dr4", &[]),
        folder.result("400gbase-dr4", &counted),
        folder.result("twinax-26awg-2m-53gbd", &["engine.method=statistical"]),
        folder.result("10gbase-lr", &counted),
        folder.result("aec-30awg-5m-53gbd", &[]),
        folder.result("twinax-26awg-1m-106gbd", &[]),
    ];
    let mut command = folder.program();
    command
        .args(["reach", "--json"])
        .arg(example("25g-nrz-1550nm"));
    results.push(done(&mut command).success().json());
    for line in LINES {
        results.push(folder.result(line, &[]));
        let mut command = folder.program();
        command.args(["reach", "--json"]).arg(example(line));
        results.push(done(&mut command).success().json());
    }
    for result in results {
        check(&schema, &schema, &result, "").unwrap_or_else(|error| panic!("{error}"));
        let mut wrong = result.clone();
        wrong["version"] = json!(1);
        assert!(check(&schema, &schema, &wrong, "").is_err());
    }
}
