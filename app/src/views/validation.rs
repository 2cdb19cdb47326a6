//! The validation: every figure that theory or another system knows, measured again in this tab.

mod interval;
mod planes;
mod table;
mod toolbar;

use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::studio;
use leptos::prelude::*;
use sim_core::validation::expected_misses;
use table::OracleTable;
use toolbar::Toolbar;

/// The view, which is loaded when it is first shown.
#[component]
pub fn Validation() -> impl IntoView {
    view! {
        <main class="main validation" id="validation-view" tabindex="-1" aria-labelledby="validation-title">
            {parts::view_of(|| Box::pin(load()), || parts::now(view_of_cases()))}
        </main>
    }
}

#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(validation, fallible, preload(load))]
fn view_of_cases() -> Result<AnyView, NotLoaded> {
    Ok(view! { <Cases/> }.into_any())
}

/// The cases, and what was measured of them.
#[component]
fn Cases() -> impl IntoView {
    let board = studio().validation.board();
    let misses = expected_misses(&board.cases);
    view! {
        <>
            <section class="panel lead">
                <a class="back" href="#" data-testid="validation-back">"← Back to the scenario"</a>
                <h2 id="validation-title">"Validation"</h2>
                <p>
                    "Each figure below has a value that queueing theory, a published table or another system’s rules know. "
                    "Run it, and this tab measures it with the same code that simulates your scenario. A figure "
                    <strong>"agrees"</strong>
                    " when the known value lies in the 99 % interval of the run itself. Your scenario stays as it is, and a change to it comes first."
                </p>
                {view! { <Toolbar/> }.into_any()}
                <p class="hint">
                    {format!(
                        "With seed {} every figure agrees and equals docs/VALIDATION.md to the digit, on any machine. Try a seed of your own: \
                         a 99 % interval misses one time in a hundred, so about {misses:.1} figures will, each time others.",
                        sim_core::validation::SEED,
                    )}
                </p>
            </section>
            {view! { <OracleTable/> }.into_any()}
            {planes::sections()}
        </>
    }
}
