//! What one can do by a word or a key, in one table: palette, shortcuts and help all read it.

use crate::state::{Dialog, Page, Studio, Tab, files, pointer, route};
use crate::workers::{EngineRoom, Microscope};
use leptos::prelude::*;
use serde_json::Value;
use sim_core::scenario::templates::TEMPLATES;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// What commands work on.
#[derive(Clone, Copy)]
pub struct Hands {
    /// The page.
    pub studio: Studio,
    /// Who computes.
    pub room: EngineRoom,
    /// Who replays.
    pub microscope: Microscope,
}

/// What commands work on, from the context that the root provides.
pub fn hands() -> Hands {
    expect_context::<Hands>()
}

/// One thing to do.
pub struct Command {
    /// What it does, in a few words; `…` when a dialog follows.
    pub name: &'static str,
    /// The keys that do it, such as "Ctrl+K" (⌘ counts as Ctrl), the first of them shown.
    pub keys: &'static [&'static str],
    /// Does it.
    pub run: fn(Hands),
}

impl Command {
    /// Whether it takes a step of the document, which only the studio shows.
    pub fn changes(&self) -> bool {
        matches!(self.name, "Undo" | "Redo")
    }
}

/// All commands, in the order of the palette.
pub const COMMANDS: [Command; 28] = [
    Command {
        name: "Search commands and fields…",
        keys: &["Ctrl+K"],
        run: |hands| hands.studio.dialog.set(Dialog::Palette),
    },
    Command {
        name: "Keyboard shortcuts…",
        keys: &["?"],
        run: |hands| hands.studio.dialog.set(Dialog::Keys),
    },
    Command {
        name: "Stop computing, or go on",
        keys: &["R"],
        run: |hands| hands.room.stop_or_resume(),
    },
    Command {
        name: "Find designs",
        keys: &["F"],
        run: |hands| {
            route::show_tab(&hands.studio, Tab::Explore);
            let knobs = |document: &Value| {
                let lists = ["/search/knobs", "/sweep"].into_iter();
                lists
                    .filter_map(|list| document.pointer(list)?.as_array())
                    .any(|list| !list.is_empty())
            };
            if hands.studio.document.with_untracked(knobs) {
                hands.room.start_search();
            } else {
                let advice = "Mark fields that may move first, with the button beside their names";
                hands.studio.toast(advice, false, false);
            }
        },
    },
    Command {
        name: "Run the sweep",
        keys: &["W"],
        run: |hands| {
            route::show_tab(&hands.studio, Tab::Explore);
            let knobs = |document: &Value| document.get("sweep")?.as_array().map(Vec::len);
            if hands.studio.document.with_untracked(knobs).unwrap_or(0) > 0 {
                hands.room.start_sweep();
            } else {
                let advice = "A sweep varies knobs: add one in the section Sweep first";
                hands.studio.toast(advice, false, false);
            }
        },
    },
    Command {
        name: "Undo",
        keys: &["Ctrl+Z"],
        run: |hands| hands.studio.undo(),
    },
    Command {
        name: "Redo",
        keys: &["Ctrl+Shift+Z", "Ctrl+Y"],
        run: |hands| hands.studio.redo(),
    },
    Command {
        name: "Executive: cost, chance and their causes",
        keys: &["1"],
        run: |hands| route::show_tab(&hands.studio, Tab::Executive),
    },
    Command {
        name: "On-call: the window over time",
        keys: &["2"],
        run: |hands| route::show_tab(&hands.studio, Tab::OnCall),
    },
    Command {
        name: "Debug: components and ticks",
        keys: &["3"],
        run: |hands| route::show_tab(&hands.studio, Tab::Debug),
    },
    Command {
        name: "Explore: what else could be built",
        keys: &["4"],
        run: |hands| route::show_tab(&hands.studio, Tab::Explore),
    },
    Command {
        name: "Compare: this design against the pinned one",
        keys: &["5"],
        run: |hands| route::show_tab(&hands.studio, Tab::Compare),
    },
    Command {
        name: "Pin this design as the baseline",
        keys: &["P", "B"],
        run: |hands| hands.room.pin_present(),
    },
    Command {
        name: "Report: print, web page, Markdown",
        keys: &["6"],
        run: |hands| route::show_tab(&hands.studio, Tab::Report),
    },
    Command {
        name: "Replay the worst two hours",
        keys: &["X"],
        run: |hands| {
            route::show_tab(&hands.studio, Tab::OnCall);
            hands
                .studio
                .moment
                .update_untracked(|moment| moment.reveal = true);
            hands.microscope.look_for_worst_of_window();
        },
    },
    Command {
        name: "Share a link…",
        keys: &["S"],
        run: |hands| hands.studio.dialog.set(Dialog::Share),
    },
    Command {
        name: "Templates…",
        keys: &["T"],
        run: |hands| hands.studio.dialog.set(Dialog::Gallery),
    },
    Command {
        name: "Next template",
        keys: &["]"],
        run: |hands| turn(hands, 1),
    },
    Command {
        name: "Previous template",
        keys: &["["],
        run: |hands| turn(hands, TEMPLATES.len() - 1),
    },
    Command {
        name: "Open a scenario file…",
        keys: &["O"],
        run: |_| press("[data-testid=import-open]"),
    },
    Command {
        name: "Save the scenario as a file",
        keys: &["E"],
        run: |hands| files::save_document(hands.studio),
    },
    Command {
        name: "Import a Kubernetes manifest…",
        keys: &["M"],
        run: |hands| hands.studio.dialog.set(Dialog::Hpa),
    },
    Command {
        name: "Import recorded traffic…",
        keys: &[],
        run: |hands| hands.studio.dialog.set(Dialog::Recording),
    },
    Command {
        name: "Import an S3 lifecycle…",
        keys: &[],
        run: |hands| hands.studio.dialog.set(Dialog::Lifecycle),
    },
    Command {
        name: "Import recorded spot availability…",
        keys: &[],
        run: |hands| hands.studio.dialog.set(Dialog::SpotTrace),
    },
    Command {
        name: "Light, dark or automatic colours",
        keys: &["D"],
        run: |hands| hands.studio.turn_theme(),
    },
    Command {
        name: "Show money in another currency…",
        keys: &[],
        run: |hands| hands.studio.dialog.set(Dialog::Currency),
    },
    Command {
        name: "Validation: the models against theory",
        keys: &["V"],
        run: |_| {
            window()
                .location()
                .set_hash(Page::Validation.address())
                .ok();
        },
    },
];

/// Opens the template so many places further on.
fn turn(hands: Hands, by: usize) {
    let now = hands.studio.template.get_untracked();
    let place = TEMPLATES
        .iter()
        .position(|template| Some(template.id) == now.as_deref());
    let place = place.map_or(0, |place| (place + by) % TEMPLATES.len());
    let Some(template) = TEMPLATES.get(place) else {
        return;
    };
    if let Ok(document) = serde_json::from_str(template.json) {
        let message = format!("Opened “{}”", template.title);
        hands.studio.open(
            pointer::tidy(document),
            Some(template.id.to_owned()),
            Some(&message),
        );
    }
}

/// Presses a button of the page.
fn press(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(button) = found.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// The command of a key, unless the key is meant for what has the focus or for an open dialog.
pub fn of_key(event: &KeyboardEvent, letters: bool) -> Option<&'static Command> {
    let pressed = name_of(event)?;
    let single = !pressed.starts_with("Ctrl+");
    if single && !letters {
        return None;
    }
    let over = document().query_selector("dialog[open]").ok().flatten();
    if over.is_some() || takes_keys(event, single) {
        return None;
    }
    COMMANDS
        .iter()
        .find(|command| command.keys.contains(&pressed.as_str()))
}

/// The key with its modifiers as the table writes it; Alt is left to the browser and to other keyboards.
fn name_of(event: &KeyboardEvent) -> Option<String> {
    if event.alt_key() {
        return None;
    }
    let key = event.key().to_ascii_uppercase();
    let control = event.ctrl_key() || event.meta_key();
    Some(match (control, event.shift_key()) {
        (true, true) => format!("Ctrl+Shift+{key}"),
        (true, false) => format!("Ctrl+{key}"),
        (false, _) => key,
    })
}

/// Whether what has the focus takes the key itself: texts take all but the palette's, choices take letters.
fn takes_keys(event: &KeyboardEvent, single: bool) -> bool {
    let target = event.target();
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let palette = !single && event.key().eq_ignore_ascii_case("k");
    match element.tag_name().to_ascii_uppercase().as_str() {
        "TEXTAREA" => !palette,
        "SELECT" => single,
        "INPUT" => {
            let kind = element.get_attribute("type");
            let text =
                kind.is_none_or(|kind| matches!(kind.as_str(), "text" | "number" | "search"));
            text && !palette
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::COMMANDS;
    use crate::state::Tab;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_commands_have_one_key_or_one_name() {
        let keys: Vec<&str> = COMMANDS.iter().flat_map(|c| c.keys).copied().collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let names: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
        // Keys of the browser that nobody may take (grafana#28514).
        for taken in ["Ctrl+O", "Ctrl+L", "Ctrl+R", "Ctrl+T", "Ctrl+W", "Ctrl+F"] {
            assert!(!keys.contains(&taken), "{taken}");
        }
    }

    #[test]
    fn every_tab_has_its_number() {
        for (place, tab) in Tab::ALL.iter().enumerate() {
            let number = (place + 1).to_string();
            let command = COMMANDS.iter().find(|c| c.keys == [number.as_str()]);
            let name = command.map(|command| command.name).unwrap_or_default();
            assert!(name.starts_with(tab.label()), "{number}: {name}");
        }
    }
}
