//! An index in a directory and one in a cluster answer generated queries with the same articles, facets
//! and highlights.
//!
//! Runs with `crates/cluster/tests/opensearch/cluster run cargo test --test agreement`, and is skipped
//! without a cluster.

use timbao_benches::agreement::compare;
use timbao_benches::twins::Twins;

#[test]
fn engines_answer_generated_queries_the_same() {
    let Ok(nodes) = std::env::var("TIMBAO_CLUSTER") else {
        println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
        return;
    };
    let twins = Twins::new(&nodes, "agreement-test", 400, 5).unwrap();
    let (index, archive) = twins.engines().unwrap();
    let agreement = compare([&index, &archive], 300, 5).unwrap();
    let differences = agreement.differences.join("\n");
    assert!(agreement.differences.is_empty(), "{differences}");
    assert!(agreement.with_hits > 100, "{agreement:?}");
}
