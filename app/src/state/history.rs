//! Undo and redo: snapshots of the document before each step.

use serde_json::Value;
use std::rc::Rc;

/// Steps that are kept.
const DEPTH: usize = 50;
/// Edits of the same field within this time are one step.
const COALESCE_MS: f64 = 600.0;

/// One state of the work: the document and the template it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The document.
    pub document: Rc<Value>,
    /// Id of the template that it came from, if any.
    pub template: Option<String>,
}

/// The steps taken and the steps taken back.
#[derive(Debug, Default)]
pub struct History {
    past: Vec<Snapshot>,
    future: Vec<Snapshot>,
    last_edit: Option<(String, f64)>,
}

impl History {
    /// Whether an edit of `field` at `now_ms` goes on with the last step instead of starting a new one.
    pub fn continues(&mut self, field: &str, now_ms: f64) -> bool {
        let continues = self
            .last_edit
            .as_ref()
            .is_some_and(|(last, at)| last == field && now_ms - at < COALESCE_MS);
        self.last_edit = Some((field.to_owned(), now_ms));
        continues
    }

    /// Remembers the state before a step.
    pub fn remember(&mut self, before: Snapshot) {
        self.future.clear();
        if self.past.len() == DEPTH {
            self.past.remove(0);
        }
        self.past.push(before);
    }

    /// Ends the coalescing of edits, so that the next edit is a step of its own.
    pub fn seal(&mut self) {
        self.last_edit = None;
    }

    /// Takes the last step back: hands in the present state, gets the one before.
    pub fn undo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let before = self.past.pop()?;
        self.future.push(now);
        self.seal();
        Some(before)
    }

    /// Takes the last undo back.
    pub fn redo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let after = self.future.pop()?;
        self.past.push(now);
        self.seal();
        Some(after)
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is an undo to take back.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(n: u32) -> Snapshot {
        Snapshot {
            document: Rc::new(Value::from(n)),
            template: None,
        }
    }

    #[test]
    fn a_drag_is_one_step() {
        let mut history = History::default();
        assert!(!history.continues("/a", 0.0));
        assert!(history.continues("/a", 300.0));
        assert!(history.continues("/a", 800.0));
        assert!(!history.continues("/b", 900.0));
        assert!(!history.continues("/b", 1600.0));
    }

    #[test]
    fn undo_and_redo_walk_the_same_path() {
        let mut history = History::default();
        history.remember(state(1));
        history.remember(state(2));
        assert_eq!(history.undo(state(3)), Some(state(2)));
        assert_eq!(history.undo(state(2)), Some(state(1)));
        assert_eq!(history.undo(state(1)), None);
        assert_eq!(history.redo(state(1)), Some(state(2)));
        history.remember(state(2));
        assert!(!history.can_redo());
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::default();
        for n in 0..60 {
            history.remember(state(n));
        }
        let mut steps = 0;
        let mut now = state(60);
        while let Some(before) = history.undo(now.clone()) {
            now = before;
            steps += 1;
        }
        assert_eq!((steps, now), (50, state(10)));
    }
}
