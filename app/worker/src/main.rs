//! The web worker: says that it is ready.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

fn main() {
    console_error_panic_hook::set_once();
    if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        // A page that is gone cannot be told anything.
        scope.post_message(&JsValue::from_str("ready")).ok();
    }
}
