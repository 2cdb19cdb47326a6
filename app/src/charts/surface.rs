//! The place where a chart is painted: canvas below, words and cross-hairs above, sharp at any density.

use super::easel::paint_soon;
use super::palette::palette;
use super::scene::{Anchor, Scene, paint};
use gloo::events::EventListener;
use js_sys::Array;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen::prelude::Closure;
use web_sys::{PointerEvent, ResizeObserver};

/// Least density of the backing store: plotters paints at whole pixels, which shows on lines at density 1.
const LEAST_RATIO: f64 = 2.0;
const MOST_RATIO: f64 = 4.0;

/// What a surface is told to do.
pub struct Surface<Draw, Hover> {
    /// Height in page pixels.
    pub height: f64,
    /// What the chart says, for those who do not see it.
    pub label: Signal<String>,
    /// The scene for a width; called anew when what it reads changes.
    pub draw: Draw,
    /// Where the pointer is, in page pixels; `None` when it leaves.
    pub hover: Hover,
    /// SVG above the chart.
    pub overlay: AnyView,
    /// HTML above the chart, such as a tip.
    pub above: AnyView,
}

impl<Draw, Hover> Surface<Draw, Hover>
where
    Draw: Fn(f64) -> Scene + 'static,
    Hover: Fn(Option<(f64, f64)>) + Clone + 'static,
{
    /// The surface as a part of the page.
    pub fn view(self) -> AnyView {
        let Surface {
            height,
            label,
            draw,
            hover,
            overlay,
            above,
        } = self;
        let frame = NodeRef::<Div>::new();
        let canvas = NodeRef::<Canvas>::new();
        let width = width_of(frame);
        let scene = RwSignal::new(Arc::new(Scene::default()));
        let palette = palette();
        let number = shown().add(scene);
        let asked = StoredValue::new(false);
        Effect::new(move |_| {
            let width = width.get();
            palette.track();
            if width >= 1.0 {
                scene.set(Arc::new(draw(width)));
            }
        });
        Effect::new(move |_| {
            scene.track();
            if asked.get_value() {
                return;
            }
            asked.set_value(true);
            paint_soon(move || {
                if asked.try_set_value(false).is_some() {
                    return;
                }
                let Some(canvas) = canvas.try_get_untracked().flatten() else {
                    return;
                };
                let ratio = window().device_pixel_ratio().clamp(LEAST_RATIO, MOST_RATIO);
                let size = (
                    (width.get_untracked() * ratio).round() as u32,
                    (height * ratio).round() as u32,
                );
                if (canvas.width(), canvas.height()) != size {
                    canvas.set_width(size.0);
                    canvas.set_height(size.1);
                }
                palette.with_untracked(|palette| {
                    scene.with_untracked(|scene| paint(&canvas, scene, palette, ratio))
                });
            });
        });
        let at = move |event: &PointerEvent| {
            let place = frame.get_untracked()?.get_bounding_client_rect();
            Some((
                f64::from(event.client_x()) - place.left(),
                f64::from(event.client_y()) - place.top(),
            ))
        };
        let (on_move, on_leave) = (hover.clone(), hover);
        view! {
            <div
                class="surface"
                data-surface=number.to_string()
                node_ref=frame
                style:height=format!("{height}px")
                on:pointermove=move |event| on_move(at(&event))
                on:pointerleave=move |_| on_leave(None)
            >
                <canvas node_ref=canvas role="img" aria-label=move || label.get()></canvas>
                <svg aria-hidden="true" focusable="false">
                    {move || labels(&scene.get())}
                    {overlay}
                </svg>
                {above}
            </div>
        }
        .into_any()
    }
}

/// The scenes on the page, by the number of their surface: what is saved is what is shown.
#[derive(Clone, Copy)]
pub struct Shown(StoredValue<BTreeMap<u32, RwSignal<Arc<Scene>>>>);

/// Makes the list of scenes; call once, from the root.
pub fn provide_shown() {
    provide_context(Shown(StoredValue::default()));
}

/// The scenes on the page, from the context.
pub fn shown() -> Shown {
    expect_context::<Shown>()
}

impl Shown {
    /// Adds a scene for as long as its surface lives; its number.
    fn add(self, scene: RwSignal<Arc<Scene>>) -> u32 {
        let mut number = 0;
        self.0.update_value(|scenes| {
            number = scenes.last_key_value().map_or(0, |(last, _)| last + 1);
            scenes.insert(number, scene);
        });
        let list = self.0;
        on_cleanup(move || {
            list.try_update_value(|scenes| scenes.remove(&number));
        });
        number
    }

    /// The scene of a surface.
    pub fn scene(self, surface: &web_sys::Element) -> Option<Arc<Scene>> {
        let number: u32 = surface.get_attribute("data-surface")?.parse().ok()?;
        let scene = self.0.with_value(|scenes| scenes.get(&number).copied())?;
        scene.try_get_untracked()
    }
}

fn labels(scene: &Scene) -> Vec<AnyView> {
    let label = |label: &super::scene::Label| {
        let anchor = match label.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        view! {
            <text class=label.class x=format!("{:.1}", label.at.0) y=format!("{:.1}", label.at.1) text-anchor=anchor>{label.text.clone()}</text>
        }
        .into_any()
    };
    scene.labels.iter().map(label).collect()
}

/// The width of an element, kept up to date; also changes of the page's density count as changes.
fn width_of(frame: NodeRef<Div>) -> RwSignal<f64> {
    let width = RwSignal::new(0.0);
    let measure = move || {
        if let Some(Some(element)) = frame.try_get_untracked() {
            let now = f64::from(element.client_width());
            if width
                .try_get_untracked()
                .is_some_and(|before| before != now)
            {
                width.set(now);
            }
        }
    };
    let on_resize = Closure::<dyn Fn(Array)>::new(move |_: Array| measure());
    let observer =
        ResizeObserver::new(wasm_bindgen::JsCast::unchecked_ref(on_resize.as_ref())).ok();
    let on_density = EventListener::new(&window(), "resize", move |_| {
        width.try_update(|_| ());
    });
    let kept = StoredValue::new_local((observer, on_resize, on_density));
    Effect::new(move |_| {
        let Some(element) = frame.get() else { return };
        kept.with_value(|(observer, ..)| {
            if let Some(observer) = observer {
                observer.observe(&element);
            }
        });
        measure();
    });
    on_cleanup(move || {
        kept.try_with_value(|(observer, ..)| {
            if let Some(observer) = observer {
                observer.disconnect();
            }
        });
    });
    width
}
