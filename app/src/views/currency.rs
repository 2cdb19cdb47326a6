//! The choice of the currency that money is shown in.

use super::modal::Modal;
use crate::editor::quantity;
use crate::state::{Dialog, studio};
use leptos::html::Input;
use leptos::prelude::*;
use sim_report::currency::Currency;

/// The dialog.
#[component]
pub fn CurrencyChoice() -> impl IntoView {
    view! { <Modal which=Dialog::Currency title="Show money in another currency" testid="currency-dialog" content=content/> }
}

fn content() -> AnyView {
    let studio = studio();
    let (symbol, rate) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let problem = RwSignal::new(None::<String>);
    let choose = move || {
        let text = |field: NodeRef<Input>| field.get_untracked().map(|field| field.value());
        let typed = text(rate).unwrap_or_default();
        let chosen = quantity::parse(&typed, "")
            .ok_or_else(|| {
                format!("“{typed}” is no rate; write what one US dollar is, such as 0.92")
            })
            .and_then(|rate| Currency::new(&text(symbol).unwrap_or_default(), rate));
        match chosen {
            Ok(currency) => {
                studio.show_in(currency);
                studio.close_dialog();
            }
            Err(message) => problem.set(Some(message)),
        }
    };
    let dollars = move |_| {
        studio.show_in(Currency::default());
        studio.close_dialog();
    };
    let now = studio.currency.get_untracked();
    view! {
        <form class="currency" on:submit=move |event| { event.prevent_default(); choose(); }>
            <p>"The scenario and its prices stay in US dollars, and so do links and files of it: only what is shown changes, in this browser."</p>
            <label class="inline-field"><span>"Symbol"</span><input node_ref=symbol class="count" type="text" size="4" autocomplete="off" data-testid="currency-symbol" value=now.symbol.clone()/></label>
            <label class="inline-field"><span>"A US dollar is"</span><input node_ref=rate class="count" type="text" size="10" inputmode="decimal" autocomplete="off" data-testid="currency-rate" value=now.per_usd.to_string()/></label>
            {move || problem.get().map(|message| view! { <p class="problem error" role="alert">{message}</p> })}
            <div class="choices">
                <button type="submit" class="primary" data-testid="currency-show">"Show"</button>
                <button type="button" class="ghost" on:click=dollars>"US dollars"</button>
            </div>
        </form>
    }
    .into_any()
}
