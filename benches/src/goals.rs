//! Targets compared with measured values.

use std::fmt::Write as _;

use serde::Serialize;

/// A goal and how far it was reached.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// Name of the quantity.
    pub what: String,
    /// The target.
    pub bound: Bound,
    /// The measured value.
    pub measured: f64,
    /// The unit of both.
    pub unit: &'static str,
    /// Whether the goal is reached.
    pub reached: bool,
}

/// A number that another should not fall below, or exceed.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// At least this value.
    AtLeast(f64),
    /// At most this value.
    AtMost(f64),
}

impl Goal {
    /// Compares a measured value with a bound.
    pub fn new(what: impl Into<String>, bound: Bound, measured: f64, unit: &'static str) -> Self {
        let reached = match bound {
            Bound::AtLeast(goal) => measured >= goal,
            Bound::AtMost(goal) => measured <= goal,
        };
        Self {
            what: what.into(),
            bound,
            measured,
            unit,
            reached,
        }
    }

    fn row(&self) -> String {
        // Enough digits for the smallest significant difference.
        let digits = match self.unit {
            "MRR@10" | "recall@10" => 3,
            "times" => 2,
            _ => 1,
        };
        let (sign, goal) = match self.bound {
            Bound::AtLeast(goal) => ('≥', goal),
            Bound::AtMost(goal) => ('≤', goal),
        };
        let reached = if self.reached { "yes" } else { "**no**" };
        format!(
            "| {} | {sign} {goal:.digits$} {} | {:.digits$} | {reached} |",
            self.what, self.unit, self.measured
        )
    }
}

/// The goals as a Markdown table.
pub fn table(goals: &[Goal]) -> String {
    let mut out = String::from("| goal | bound | measured | reached |\n|---|---|---|---|\n");
    for goal in goals {
        let _ = writeln!(out, "{}", goal.row());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_itself_is_good_enough() {
        let goals = [
            Goal::new("a", Bound::AtLeast(2.0), 2.0, "times"),
            Goal::new("b", Bound::AtLeast(2.0), 1.99, "times"),
            Goal::new("c", Bound::AtMost(20.0), 20.0, "ms"),
            Goal::new("d", Bound::AtMost(20.0), f64::NAN, "ms"),
        ];
        assert_eq!(
            table(&goals).lines().skip(2).collect::<Vec<_>>(),
            [
                "| a | ≥ 2.00 times | 2.00 | yes |",
                "| b | ≥ 2.00 times | 1.99 | **no** |",
                "| c | ≤ 20.0 ms | 20.0 | yes |",
                "| d | ≤ 20.0 ms | NaN | **no** |",
            ]
        );
    }
}
