//! Scenarios that are simulated.

use super::*;

/// A real scenario of a short window with a grid of 6 × 5 × 4 designs.
fn short() -> (ScenarioDocument, Vec<SearchKnobDocument>) {
    let mut document = template("kubernetes-slo-driven");
    document.slo.window_days = 0.5;
    document.run.warm_up_minutes = 30;
    document.sweep.clear();
    let choice = |path: &str, values: &[&str]| SearchKnobDocument::Choice {
        path: path.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let knobs = vec![
        choice(
            "/autoscaler/metrics/0/target_percent",
            &["40", "50", "60", "70", "80", "90"],
        ),
        range("/autoscaler/min_replicas", 3.0, 7.0),
        choice(
            "/fleet/node/instance_type",
            &["m6i.large", "m6i.xlarge", "m6i.2xlarge", "c6i.xlarge"],
        ),
    ];
    (document, knobs)
}

fn edits(search: &Space, rungs: &[usize]) -> Vec<(String, Value)> {
    let knobs = search.knobs.iter().zip(rungs);
    knobs
        .map(|(knob, &at)| (knob.path.clone(), knob.rungs[at].clone()))
        .collect()
}

#[test]
fn the_front_of_a_real_scenario_covers_the_grids() {
    let (mut document, knobs) = short();
    document.search = Some(SearchDocument {
        knobs,
        ..SearchDocument::default()
    });
    let prober = Prepared::new(Plan::probed(&document)).expect("sound");
    let space = Space::of(&document);
    let mut designs: Vec<Vec<usize>> = vec![vec![]];
    for knob in &space.knobs {
        let longer = designs.iter().flat_map(|design| {
            (0..knob.rungs.len()).map(move |rung| [&design[..], &[rung]].concat())
        });
        designs = longer.collect();
    }
    let judge = |edits: Vec<(String, Value)>, first_replication: u32, replications: u32| {
        let probe = Probe {
            variant: 0,
            edits,
            first_replication,
            replications,
        };
        let outcomes = prober.answer(&probe).outcomes;
        let n = outcomes.len() as f64;
        let met = outcomes.iter().filter(|outcome| outcome.met).count() as f64;
        (outcomes.iter().map(Outcome::cost).sum::<f64>() / n, met / n)
    };
    const EACH: u32 = 32;
    let grid: Vec<(f64, f64)> = designs
        .iter()
        .map(|design| judge(edits(&space, design), 0, EACH))
        .collect();
    let all = EACH * designs.len() as u32;
    let search = Search::new(&document, Some(all * 15 / 100));
    let search = run(search, |probe| prober.answer(probe));
    let report = search.report(&document);
    // Both fronts are judged by the same replications, which chose neither.
    let fresh = |edits| judge(edits, 5_000, 128);
    let of_grid: Vec<(f64, f64)> = front_of(&grid)
        .into_iter()
        .map(|index| fresh(edits(&space, &designs[index])))
        .collect();
    let of_search: Vec<(f64, f64)> = report
        .front
        .iter()
        .map(|&design| {
            let point = report.point(design).expect("exists");
            fresh(
                report
                    .knobs
                    .iter()
                    .cloned()
                    .zip(point.values.iter().cloned())
                    .collect(),
            )
        })
        .collect();
    println!("grid {of_grid:.3?}\nsearch {of_search:.3?}");
    let dearest = grid.iter().fold(0.0, |most: f64, place| most.max(place.0));
    let share = hypervolume(&of_search, (dearest, 0.0)) / hypervolume(&of_grid, (dearest, 0.0));
    let search = report.search.as_ref().expect("a search");
    println!(
        "{share:.4} of the area, {} of {all} replications, {} of {} designs, {}",
        search.replications,
        search.tried,
        designs.len(),
        search.why
    );
    assert!(search.replications * 100 <= all * 15);
    assert!(share >= 0.97, "{share}");
}

/// On fresh seeds of a real scenario, recommendations hold, by 400 replications each.
#[test]
fn real_recommendations_hold() {
    let (mut document, knobs) = short();
    document.slo.window_days = 0.25;
    document.search = Some(SearchDocument {
        knobs,
        ..SearchDocument::default()
    });
    let (mut given, mut held) = (0, 0);
    for seed in 0..8 {
        document.run.seed = 100 + seed;
        let prober = Prepared::new(Plan::probed(&document)).expect("sound");
        let search = run(Search::new(&document, Some(300)), |probe| {
            prober.answer(probe)
        });
        let report = search.report(&document);
        let Some(design) = report.recommended else {
            println!("seed {seed}: {}", report.search.expect("a search").why);
            continue;
        };
        let point = report.point(design).expect("exists");
        document.run.seed = 9_000 + seed;
        let prober = Prepared::new(Plan::probed(&document)).expect("sound");
        let probe = Probe {
            variant: 0,
            edits: report
                .knobs
                .iter()
                .cloned()
                .zip(point.values.iter().cloned())
                .collect(),
            first_replication: 0,
            replications: 400,
        };
        let outcomes = prober.answer(&probe).outcomes;
        let met = outcomes.iter().filter(|outcome| outcome.met).count();
        // Three standard deviations of luck of this judge: 0.045.
        given += 1;
        held += u32::from(met as f64 / 400.0 >= 0.9 - 0.045);
        println!("seed {seed}: {met} of 400, {:?}", point.values);
    }
    assert!(given >= 6, "{given} of 8 recommend");
    assert_eq!(held, given, "recommendations that hold");
}
