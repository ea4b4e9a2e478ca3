//! `eyespan validate`: the program's numbers against numbers from outside it.

#[path = "../../validation/mod.rs"]
mod validation;

use super::Failure;
use clap::Args;
use std::fmt::Write as _;
use std::io::{self, Write};
use validation::checks::Check;
use validation::{Finding, Outcome, Status};

#[derive(Debug, Args)]
pub(super) struct ValidateArguments {
    /// Only cases whose area or name contains this.
    filter: Option<String>,
    /// Print the results as JSON on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn command(arguments: &ValidateArguments) -> Result<(), Failure> {
    match run(arguments.filter.as_deref(), arguments.json) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Validation),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(Failure::Words(error.to_string()))
        }
        Err(error) => Err(Failure::Words(format!("stdout: {error}"))),
    }
}

/// Runs the cases whose area or name contains `filter` and prints what came out: a table, or with
/// `json` an array of cases. Returns whether every check passed.
///
/// # Errors
/// [`InvalidInput`](io::ErrorKind::InvalidInput) where there is no such case, otherwise what
/// standard output refuses; a closed pipe is no error.
fn run(filter: Option<&str>, json: bool) -> io::Result<bool> {
    let lowercase = filter.map(str::to_lowercase);
    let findings = validation::run(|case| {
        let contains = |text: &str| {
            lowercase
                .as_deref()
                .is_none_or(|filter| text.to_lowercase().contains(filter))
        };
        contains(&case.name) || contains(case.area)
    });
    if findings.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "no validation case has “{}” in its area or name",
                filter.unwrap_or_default()
            ),
        ));
    }
    let summary = summary(&findings);
    let text = if json {
        eprintln!("{summary}");
        let list: Vec<_> = findings.iter().map(as_json).collect();
        format!("{:#}\n", serde_json::Value::Array(list))
    } else {
        format!("{}{summary}\n", as_table(&findings))
    };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(findings.iter().all(Finding::passes)),
    }
}

fn summary(findings: &[Finding]) -> String {
    let (mut checks, mut failed, mut absent) = (0, 0, 0);
    for finding in findings {
        match &finding.outcome {
            Outcome::Checked(list) => {
                checks += list.len();
                failed += list.iter().filter(|c| c.status() == Status::Fail).count();
            }
            Outcome::NotRun(_) => absent += 1,
            Outcome::Broken(_) => failed += 1,
        }
    }
    let mut text = format!("{} cases, {checks} checks, {failed} failed", findings.len());
    if absent > 0 {
        let _ = write!(text, ", {absent} cases not run");
    }
    text.push('.');
    text
}

/// A number in as few characters as show what the comparison is about.
fn number(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || x.fract() == 0.0 && size < 1e9 {
        format!("{x}")
    } else if (1e-3..1e7).contains(&size) {
        // Nine digits in all.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let decimals = (8.0 - size.log10().floor()).clamp(0.0, 12.0) as usize;
        let text = format!("{x:.decimals$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    } else {
        format!("{x:.8e}")
    }
}

fn status(check: &Check) -> &'static str {
    match check.status() {
        Status::Pass => "PASS",
        Status::Fail => "FAIL",
    }
}

/// Rows of cells under a heading, columns as wide as their widest cell.
fn as_table(findings: &[Finding]) -> String {
    let heading = [
        "case",
        "quantity",
        "computed",
        "expected",
        "difference",
        "tolerance",
        "",
        "source",
    ];
    let mut rows: Vec<[String; 8]> = vec![heading.map(str::to_owned)];
    for finding in findings {
        match &finding.outcome {
            Outcome::Checked(checks) => {
                rows.extend(checks.iter().map(|check| row(finding, check)));
            }
            Outcome::NotRun(reason) => {
                rows.push(without_numbers(finding, &format!("not run: {reason}")));
            }
            Outcome::Broken(error) => {
                rows.push(without_numbers(finding, &format!("FAIL: {error}")));
            }
        }
    }
    let widths: Vec<usize> = (0..heading.len())
        .map(|i| {
            rows.iter()
                .map(|cells| cells[i].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for cells in &rows {
        let line: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(finding: &Finding, check: &Check) -> [String; 8] {
    let quantity = if check.unit.is_empty() {
        check.quantity.clone()
    } else {
        format!("{} ({})", check.quantity, check.unit)
    };
    [
        finding.name.clone(),
        quantity,
        number(check.computed),
        number(check.expected),
        format!("{:.2e}", check.difference()),
        check.tolerance.to_string(),
        status(check).to_owned(),
        check.source.to_owned(),
    ]
}

fn without_numbers(finding: &Finding, text: &str) -> [String; 8] {
    let mut cells: [String; 8] = Default::default();
    cells[0].clone_from(&finding.name);
    text.clone_into(&mut cells[1]);
    cells
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let mut case = serde_json::json!({
        "case": finding.name,
        "area": finding.area,
        "passes": finding.passes(),
    });
    let (key, value) = match &finding.outcome {
        Outcome::Checked(checks) => (
            "checks",
            checks
                .iter()
                .map(|check| {
                    serde_json::json!({
                        "quantity": check.quantity,
                        "unit": check.unit,
                        "computed": check.computed,
                        "expected": check.expected,
                        "difference": check.difference(),
                        "tolerance": check.tolerance.to_string(),
                        "source": check.source,
                        "status": status(check),
                    })
                })
                .collect(),
        ),
        Outcome::NotRun(reason) => ("not_run", serde_json::json!(reason)),
        Outcome::Broken(error) => ("error", serde_json::json!(error)),
    };
    case[key] = value;
    case
}
