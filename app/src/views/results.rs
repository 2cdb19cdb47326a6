//! The charts of what was found.

use super::batch::BatchPanel;
use super::compare::ComparePanel;
use super::moment::MomentPanel;
use super::spot::SpotPanel;
use super::storage::StoragePanel;
use super::topology::TopologyPanel;
use super::tornado::TornadoPanel;
use crate::charts::{
    BudgetByCause, CommitmentLevels, CostByResource, CostDistribution, Front, OverTime,
    SliDistribution,
};
use leptos::prelude::*;

/// All charts, the centre piece first.
#[component]
pub fn Results() -> impl IntoView {
    view! {
        <div class="panels">
            {view! { <ComparePanel/> }.into_any()}
            {view! { <Front/> }.into_any()}
            {view! { <TornadoPanel/> }.into_any()}
            {view! { <TopologyPanel/> }.into_any()}
            {view! { <OverTime/> }.into_any()}
            {view! { <MomentPanel/> }.into_any()}
            {view! { <CostDistribution/> }.into_any()}
            {view! { <SliDistribution/> }.into_any()}
            {view! { <CostByResource/> }.into_any()}
            {view! { <BudgetByCause/> }.into_any()}
            {view! { <SpotPanel/> }.into_any()}
            {view! { <CommitmentLevels/> }.into_any()}
            {view! { <StoragePanel/> }.into_any()}
            {view! { <BatchPanel/> }.into_any()}
        </div>
    }
}
