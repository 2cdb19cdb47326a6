//! What every browser test stands on: a server with the built site, a driver, pages in fresh browser profiles.
//!
//! ```ignore
//! #[test]
//! fn something_happens() {
//!     tests::browser::run("something", async |studio| {
//!         let page = studio.open("").await;
//!         page.until("the heading is there", "!!document.querySelector('h1')").await;
//!         page.screenshot("heading").await;
//!         page.expect_silent_console().await;
//!     });
//! }
//! ```

mod memory;
mod page;
mod program;

pub use page::Page;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use program::Program;
use serde_json::json;
use std::cell::RefCell;
use std::env;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// A served site and a driver that opens pages of it.
pub struct Studio {
    name: &'static str,
    server: Program,
    driver: Program,
    pages: RefCell<Vec<Rc<Page>>>,
}

/// Runs one test. When it fails, every page it opened leaves a screenshot `NAME-failed-N.png` and its console.
pub fn run<T: AsyncFnOnce(Rc<Studio>) + 'static>(name: &'static str, test: T) {
    let studio = Rc::new(Studio::start(name, &path("QEC_DIST")));
    run_on(studio, test);
}

/// Runs one test on a site in some other folder.
pub fn run_in<T: AsyncFnOnce(Rc<Studio>) + 'static>(name: &'static str, folder: &Path, test: T) {
    run_on(Rc::new(Studio::start(name, folder)), test);
}

fn run_on<T: AsyncFnOnce(Rc<Studio>) + 'static>(studio: Rc<Studio>, test: T) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let guest = Rc::clone(&studio);
        let outcome = tokio::task::spawn_local(async move { test(guest).await }).await;
        let pages = studio.pages.take();
        for (i, page) in pages.iter().enumerate() {
            if outcome.is_err() {
                page.report(&format!("{}-failed-{i}", studio.name)).await;
            }
            page.close().await;
        }
        if let Err(error) = outcome {
            resume_unwind(error.into_panic());
        }
    });
}

impl Studio {
    fn start(name: &'static str, folder: &Path) -> Self {
        let mut serve = Command::new(path("QEC_XTASK"));
        serve.args(["serve", "--port", "0", "--dir"]).arg(folder);
        let server = Program::start(serve, |line| {
            line.starts_with("http://").then(|| line.to_owned())
        });
        let mut drive = Command::new(path("QEC_CHROMEDRIVER"));
        drive.arg("--port=0");
        let driver = Program::start(drive, |line| {
            let port = line
                .rsplit_once("started successfully on port ")?
                .1
                .trim_end_matches('.');
            port.parse::<u16>()
                .ok()
                .map(|port| format!("http://127.0.0.1:{port}"))
        });
        Self {
            name,
            server,
            driver,
            pages: RefCell::default(),
        }
    }

    /// Address of something on the site; `""` is the page.
    pub fn url(&self, rest: &str) -> String {
        format!("{}{rest}", self.server.answer())
    }

    /// Memory of the programs behind all pages, workers included, MiB; none where the system does not tell.
    pub fn memory_mib(&self) -> Option<f64> {
        memory::of_renderers(self.driver.id())
    }

    /// Ends the server: from now on there is no network.
    pub fn stop_serving(&self) {
        self.server.stop();
    }

    /// Opens an address of the site in a new browser with a profile of its own.
    pub async fn open(&self, rest: &str) -> Rc<Page> {
        self.open_with(rest, &[]).await
    }

    /// The same, with further arguments for the browser.
    pub async fn open_with(&self, rest: &str, arguments: &[String]) -> Rc<Page> {
        let page = Rc::new(Page::new(self.browser(arguments).await));
        self.pages.borrow_mut().push(Rc::clone(&page));
        page.go(&self.url(rest)).await;
        page
    }

    async fn browser(&self, arguments: &[String]) -> Client {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(arguments));
        for start in 1.. {
            match builder.connect(self.driver.answer()).await {
                Ok(client) => return client,
                Err(error) if start < STARTS => eprintln!("no browser session: {error}"),
                Err(error) => panic!("no browser session: {error}"),
            }
        }
        unreachable!("the last start returns or panics")
    }
}

/// How often a browser is started before a test gives up: on a busy machine it sometimes exits before it answers.
const STARTS: usize = 3;

/// A browser that talks to nobody but the site, and logs its console. Without a folder named for it, the driver
/// makes a new profile.
fn capabilities(arguments: &[String]) -> Capabilities {
    let mut capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": path("QEC_CHROMIUM"),
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run", "--window-size=1440,900",
            ],
        },
    });
    if let Some(all) = capabilities["goog:chromeOptions"]["args"].as_array_mut() {
        all.extend(arguments.iter().map(|argument| json!(argument)));
    }
    capabilities.as_object().expect("an object").clone()
}

/// A path that `cargo xtask test` names in the environment.
pub fn path(variable: &str) -> PathBuf {
    let value = env::var_os(variable);
    PathBuf::from(value.unwrap_or_else(|| panic!("{variable} is not set. Type: cargo xtask test")))
}
