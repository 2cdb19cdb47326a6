//! One page in one browser.

use super::path;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fs;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(50);

/// A page in a browser of its own.
pub struct Page {
    client: Client,
    /// Console lines read so far: the driver gives each one once.
    console: RefCell<Vec<Value>>,
}

impl Page {
    /// Takes over a session.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            console: RefCell::default(),
        }
    }

    /// The WebDriver session, for what this type has no words for.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url} does not load: {error}"));
    }

    /// Value of a JavaScript expression.
    pub async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client
            .execute(&script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Value that a JavaScript promise resolves to.
    pub async fn promised(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve({expression}).then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let answer = self
            .client
            .execute_async(&script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert!(answer.get("error").is_none(), "{expression}: {answer}");
        answer["value"].clone()
    }

    /// Waits until a JavaScript expression is true; `what` says what that means.
    pub async fn until(&self, what: &str, expression: &str) {
        self.until_within(PATIENCE, what, expression).await;
    }

    /// As [`Page::until`], for what takes longer.
    pub async fn until_within(&self, patience: Duration, what: &str, expression: &str) {
        let start = Instant::now();
        let truth = format!("!!({expression})");
        while self.value(&truth).await != json!(true) {
            assert!(
                start.elapsed() < patience,
                "after {patience:?} still not: {what} ({expression})"
            );
            sleep(PAUSE).await;
        }
    }

    /// Waits for an element and gives the text it shows.
    pub async fn text(&self, selector: &str) -> String {
        self.find(selector)
            .await
            .text()
            .await
            .unwrap_or_else(|error| panic!("text of {selector}: {error}"))
    }

    /// Waits for an element and clicks it. It is scrolled to the middle first, as a visitor would: the driver scrolls
    /// only what lies outside the window, not what lies under the header.
    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        let chosen = json!(selector);
        self.value(&format!(
            "document.querySelector({chosen}).scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        ))
        .await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("click on {selector}: {error}"));
    }

    /// Waits for an element.
    pub async fn find(&self, selector: &str) -> fantoccini::elements::Element {
        let quoted = Value::from(selector);
        self.until(
            &format!("{selector} is there"),
            &format!("document.querySelector({quoted})"),
        )
        .await;
        self.client
            .find(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Makes the page this wide and high, in CSS pixels; narrower than any window can be, too.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 0, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Says that the user prefers a dark or a light page.
    pub async fn prefer_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// A command of the Chrome DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.driver("goog/cdp/execute", body)
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Writes what is seen to `target/screenshots/NAME.png`.
    pub async fn screenshot(&self, name: &str) {
        let picture = self
            .client
            .screenshot()
            .await
            .unwrap_or_else(|error| panic!("screenshot {name}: {error}"));
        let folder = path("QEC_SCREENSHOTS");
        fs::create_dir_all(&folder).expect("a folder for screenshots");
        fs::write(folder.join(format!("{name}.png")), picture).expect("a screenshot's file");
    }

    /// Everything the console got so far; refused by the policy and not found on the server counts.
    pub async fn console(&self) -> Vec<Value> {
        let answer = self.driver("se/log", json!({ "type": "browser" })).await;
        let new = answer.unwrap_or_else(|error| panic!("the console cannot be read: {error}"));
        self.console
            .borrow_mut()
            .extend(new.as_array().cloned().unwrap_or_default());
        self.console.borrow().clone()
    }

    /// The console's errors.
    pub async fn errors(&self) -> Vec<Value> {
        self.console()
            .await
            .into_iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .collect()
    }

    /// Fails when the console got an error.
    pub async fn expect_silent_console(&self) {
        let errors = self.errors().await;
        assert!(errors.is_empty(), "the console got errors: {errors:#?}");
    }

    /// Leaves what helps to understand a failed test.
    pub async fn report(&self, name: &str) {
        if let Ok(picture) = self.client.screenshot().await {
            let folder = path("QEC_SCREENSHOTS");
            fs::create_dir_all(&folder).ok();
            let file = folder.join(format!("{name}.png"));
            if fs::write(&file, picture).is_ok() {
                eprintln!("screenshot: {}", file.display());
            }
        }
        if self
            .driver("se/log", json!({ "type": "browser" }))
            .await
            .is_ok_and(|new| {
                self.console
                    .borrow_mut()
                    .extend(new.as_array().cloned().unwrap_or_default());
                true
            })
        {
            eprintln!("console of {name}: {:#?}", self.console.borrow());
        }
    }

    /// Ends the browser.
    pub async fn close(&self) {
        if let Err(error) = self.client.clone().close().await {
            eprintln!("the browser does not end: {error}");
        }
    }

    /// A command of this driver beyond the WebDriver standard.
    async fn driver(
        &self,
        path: &'static str,
        body: Value,
    ) -> Result<Value, fantoccini::error::CmdError> {
        self.client.issue_cmd(DriverCommand { path, body }).await
    }
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct DriverCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for DriverCommand {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
