//! Looking closer at a part of a chart, in the same way on all: a drag marks a part and, once a part is seen, moves it;
//! Ctrl and the wheel (or a pinch) zoom where the pointer is; plus, minus and 0 are the keys; a double click shows all.

use super::ruler::Ruler;
use super::scene::Point;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent, WheelEvent};

/// A pointer that moved no further than this many pixels has clicked.
const CLICK: f64 = 4.0;

/// What is to be seen of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// What lies between two points.
    Between(Point, Point),
    /// The same part, moved from one point to another.
    Moved(Point, Point),
    /// Drawn so many times as large, about a point; the middle if none.
    Scaled(Option<Point>, f64),
}

/// A part of a chart, from and to along each of its axes; charts over time have one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Along the horizontal axis.
    pub x: (f64, f64),
    /// Along the vertical axis.
    pub y: (f64, f64),
}

impl Part {
    /// A stretch of time.
    pub fn over(x: (f64, f64)) -> Self {
        Self { x, y: (0.0, 0.0) }
    }
}

/// What is seen of a time axis after a wish.
pub fn wish_of(ruler: &Ruler, wish: Wish) -> Option<Part> {
    let stretch = match wish {
        Wish::Between(a, b) => ruler.between(a, b),
        Wish::Moved(from, to) => ruler.moved(from, to),
        Wish::Scaled(at, factor) => ruler.zoomed(at.unwrap_or(ruler.middle()), factor),
    };
    stretch.map(Part::over)
}

/// What of a chart that shows a part (all of it if none) is seen after a wish; none for all of it.
type Answer = Box<dyn Fn(Option<Part>, Wish) -> Option<Part>>;

/// A pointer that is down.
#[derive(Clone)]
struct Drag {
    from: Point,
    /// What was seen of the chart then.
    seen: Option<Part>,
    is_far: bool,
    /// What the pointer went down on, and its number.
    held: Option<(Element, i32)>,
}

/// What of a chart is seen, and how it is being changed.
#[derive(Clone, Copy)]
pub struct Gestures {
    /// The part that is seen; all of it if none.
    pub seen: RwSignal<Option<Part>>,
    brush: RwSignal<Option<(Point, Point)>>,
    pointer: StoredValue<Option<Point>>,
    drag: StoredValue<Option<Drag>, LocalStorage>,
    dragged: StoredValue<bool>,
    answer: StoredValue<Answer, LocalStorage>,
}

impl Gestures {
    /// A chart that is seen as a whole.
    pub fn new(answer: impl Fn(Option<Part>, Wish) -> Option<Part> + 'static) -> Self {
        Self {
            seen: RwSignal::new(None),
            brush: RwSignal::new(None),
            pointer: StoredValue::new(None),
            drag: StoredValue::new_local(None),
            dragged: StoredValue::new(false),
            answer: StoredValue::new_local(Box::new(answer)),
        }
    }

    /// Shows what is wished for.
    pub fn wish(&self, wish: Wish) {
        self.wish_from(self.seen.get_untracked(), wish);
    }

    fn wish_from(&self, seen: Option<Part>, wish: Wish) {
        let next = self.answer.with_value(|answer| answer(seen, wish));
        self.show(next);
    }

    /// Shows this part, or all if none.
    pub fn show(&self, part: Option<Part>) {
        if self.seen.get_untracked() != part {
            self.seen.set(part);
        }
    }

    /// Takes notice of where the pointer is; whether it is dragging.
    pub fn hover(&self, at: Option<Point>) -> bool {
        self.pointer.set_value(at);
        let Some(begun) = self.drag.get_value() else {
            return false;
        };
        let Some(to) = at else {
            self.drag.set_value(None);
            self.brush.set(None);
            return false;
        };
        let is_far = (to.0 - begun.from.0).hypot(to.1 - begun.from.1) > CLICK;
        if !is_far && !begun.is_far {
            return true;
        }
        if let Some((element, number)) = begun.held.as_ref().filter(|_| !begun.is_far) {
            // The drag goes on beside the chart. Pointers that are gone cannot be held.
            element.set_pointer_capture(*number).ok();
        }
        let from = begun.from;
        match begun.seen {
            Some(seen) => self.wish_from(Some(seen), Wish::Moved(from, to)),
            None => self.brush.set(Some((from, to))),
        }
        self.drag.set_value(Some(Drag {
            is_far: true,
            ..begun
        }));
        true
    }

    fn down(&self, event: &PointerEvent) {
        self.dragged.set_value(false);
        let begin = self.pointer.get_value().filter(|_| event.button() == 0);
        let element = event.target().and_then(|target| target.dyn_into().ok());
        self.drag.set_value(begin.map(|from| Drag {
            from,
            seen: self.seen.get_untracked(),
            is_far: false,
            held: element.map(|element| (element, event.pointer_id())),
        }));
    }

    fn up(&self) {
        let begun = self.drag.get_value();
        self.drag.set_value(None);
        self.dragged
            .set_value(begun.is_some_and(|drag| drag.is_far));
        if let Some((from, to)) = self.brush.get_untracked() {
            self.brush.set(None);
            self.wish(Wish::Between(from, to));
        }
    }

    fn wheel(&self, event: &WheelEvent) {
        // Without Ctrl, and without the pinch that browsers tell in the same way, the page scrolls.
        if let Some(at) = self.pointer.get_value().filter(|_| event.ctrl_key()) {
            event.prevent_default();
            let factor = if event.delta_y() < 0.0 { 1.25 } else { 0.8 };
            self.wish(Wish::Scaled(Some(at), factor));
        }
    }

    /// Whether a key was one of looking closer.
    fn key(&self, event: &KeyboardEvent) -> bool {
        match event.key().as_str() {
            "+" | "=" => self.wish(Wish::Scaled(None, 1.5)),
            "-" => self.wish(Wish::Scaled(None, 1.0 / 1.5)),
            "0" => self.show(None),
            _ => return false,
        }
        true
    }

    /// The part of the page in which these gestures hold. `keys` says of further keys whether it took them.
    pub fn area(
        self,
        class: Signal<&'static str>,
        label: &'static str,
        keys: Box<dyn Fn(&KeyboardEvent) -> bool>,
        click: Box<dyn Fn()>,
        content: AnyView,
    ) -> AnyView {
        let on_key = move |event: KeyboardEvent| {
            if self.key(&event) || keys(&event) {
                event.prevent_default();
                event.stop_propagation();
            }
        };
        let on_click = move |_| {
            // The click that ends a drag is none.
            if !self.dragged.get_value() {
                click();
            }
            self.dragged.set_value(false);
        };
        view! {
            <div
                class=move || class.get()
                tabindex="0"
                role="group"
                aria-label=label
                on:click=on_click
                on:pointerdown=move |event| self.down(&event)
                on:pointerup=move |_| self.up()
                on:dblclick=move |_| self.show(None)
                on:wheel=move |event| self.wheel(&event)
                on:keydown=on_key
            >
                {content}
            </div>
        }
        .into_any()
    }

    /// The part that is being marked, for the SVG above the chart; from `rows` to `rows` where it has no height of its own.
    pub fn brush(self, rows: Option<(f64, f64)>) -> AnyView {
        let side = move |of: fn(Point, Point) -> f64| {
            let both = self.brush.get().map(|(a, b)| match rows {
                Some((top, bottom)) => ((a.0, top), (b.0, bottom)),
                None => (a, b),
            });
            both.map_or_else(|| "0".to_owned(), |(a, b)| format!("{:.1}", of(a, b)))
        };
        view! {
            <rect
                class="brush"
                x=move || side(|a, b| a.0.min(b.0))
                y=move || side(|a, b| a.1.min(b.1))
                width=move || side(|a, b| (a.0 - b.0).abs())
                height=move || side(|a, b| (a.1 - b.1).abs())
            ></rect>
        }
        .into_any()
    }

    /// Back to all of the chart.
    pub fn whole_button(self, testid: &'static str) -> AnyView {
        let is_part = Memo::new(move |_| self.seen.get().is_some());
        view! {
            <Show when=move || is_part.get()>
                <button type="button" class="ghost small" data-testid=testid on:click=move |_| self.show(None)>"Whole chart"</button>
            </Show>
        }
        .into_any()
    }
}
