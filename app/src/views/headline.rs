//! The result in a sentence, before anything else.

use crate::state::studio;
use leptos::prelude::*;
use sim_report::summary;

/// The sentences.
#[component]
pub fn Headline() -> impl IntoView {
    let studio = studio();
    let words = Memo::new(move |_| {
        let wanted = studio.wanted();
        studio.report.with(|report| {
            let report = report.as_ref()?;
            Some((summary::headline(report, wanted), summary::drivers(report)))
        })
    });
    move || {
        words.get().map(|(headline, drivers)| {
            view! {
                <section class="panel wide headline" class:stale=move || studio.stale.get() data-testid="headline">
                    <p><strong>{headline}</strong></p>
                    <p class="hint">{drivers}</p>
                </section>
            }
        })
    }
}
