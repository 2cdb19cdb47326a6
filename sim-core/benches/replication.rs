//! Whole replications: what a person waits for.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Plan, Prepared, Shard};
use std::hint::black_box;

/// A month of each template: ticks of 15 seconds, traffic, queues, autoscaler, fleet, meters.
fn month(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replication");
    group.sample_size(10);
    for template in TEMPLATES {
        let Ok(document) = serde_json::from_str::<ScenarioDocument>(template.json) else {
            continue;
        };
        let Ok(prepared) = Prepared::new(Plan::single(&document)) else {
            continue;
        };
        let mut replication = 0;
        group.throughput(Throughput::Elements(u64::from(prepared.base().ticks())));
        group.bench_function(template.id, |bencher| {
            bencher.iter(|| {
                replication += 1;
                let shard = Shard {
                    first_design: 0,
                    designs: 1,
                    first_replication: replication,
                    replications: 1,
                };
                black_box(prepared.run_shard(shard))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, month);
criterion_main!(benches);
