//! Who paints when: charts wait for the next frame, and where all of them would hold up the page, some for the one after.

use crate::state::now_ms;
use leptos::prelude::request_animation_frame;
use std::cell::RefCell;
use std::collections::VecDeque;

/// So much of a frame may be spent on painting before the rest waits, milliseconds.
const FRAME_MS: f64 = 8.0;

type Painting = Box<dyn FnOnce()>;

thread_local! {
    /// What waits for its frame. Empty when none is asked for.
    static WAITING: RefCell<VecDeque<Painting>> = const { RefCell::new(VecDeque::new()) };
}

/// Paints in one of the next frames.
pub fn paint_soon(painting: impl FnOnce() + 'static) {
    let is_first = WAITING.with_borrow_mut(|waiting| {
        waiting.push_back(Box::new(painting));
        waiting.len() == 1
    });
    if is_first {
        request_animation_frame(paint_some);
    }
}

fn paint_some() {
    let begun = now_ms();
    // The one that is painted stays first meanwhile, so that nobody asks for another frame.
    while let Some(painting) = WAITING.with_borrow_mut(|waiting| {
        let first = waiting.front_mut()?;
        Some(core::mem::replace(first, Box::new(|| ())))
    }) {
        painting();
        let is_over = WAITING.with_borrow_mut(|waiting| {
            waiting.pop_front();
            waiting.is_empty()
        });
        if is_over {
            return;
        }
        if now_ms() - begun > FRAME_MS {
            request_animation_frame(paint_some);
            return;
        }
    }
}
