//! Serves a site on this machine the way a good host would: types, compressed forms, caching, policy.

use crate::project::Project;
use crate::site::{EMBED, cache_control, security_headers};
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    folder: PathBuf,
    headers: Headers,
}

impl Server {
    /// Takes the port; 0 is any free one.
    ///
    /// # Errors
    /// The port is taken or needs rights.
    pub fn bind(folder: &Path, port: u16) -> Result<Self> {
        // Only this machine can reach it.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
            format!(
                "port {port} cannot be had. Type the same with another: --port {}",
                other(port)
            )
        })?;
        listener
            .set_nonblocking(true)
            .context("the port cannot be waited on")?;
        let headers = Headers {
            all: headers_at("/")?,
            frame: headers_at(EMBED)?,
        };
        Ok(Self {
            listener,
            folder: folder.to_path_buf(),
            headers,
        })
    }

    /// Where the site is to be seen.
    ///
    /// # Errors
    /// The system does not say which port it gave.
    pub fn url(&self) -> Result<String> {
        let address = self.listener.local_addr().context("the port is unknown")?;
        Ok(format!("http://{address}/"))
    }

    /// Serves until the program is ended.
    ///
    /// # Errors
    /// The system takes the port back.
    pub fn run(self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)
                .context("the port cannot be used")?;
            axum::serve(listener, router(&self.folder, self.headers))
                .await
                .context("the server stopped")
        })
    }
}

/// Headers of the page for frames, and of all else.
#[derive(Clone)]
struct Headers {
    all: HeaderMap,
    frame: HeaderMap,
}

fn headers_at(path: &str) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in security_headers(path) {
        let name = HeaderName::try_from(name).context("a header has no valid name")?;
        headers.insert(
            name,
            HeaderValue::try_from(value).context("a header has no valid value")?,
        );
    }
    Ok(headers)
}

/// Another port to try.
fn other(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8080)
}

/// Files of the folder, in their compressed forms for who takes them, with headers.
fn router(folder: &Path, headers: Headers) -> Router {
    let files = ServeDir::new(folder)
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .fallback_service(files)
        .layer(from_fn(move |request: Request, next: Next| {
            let headers = headers.clone();
            async move { dress(request, next, headers).await }
        }))
}

/// Adds the headers to an answer.
async fn dress(request: Request, next: Next, headers: Headers) -> Response {
    let is_frame = request.uri().path().ends_with(EMBED);
    let caching = HeaderValue::from_static(cache_control(request.uri().path()));
    let mut response = next.run(request).await;
    let answered = response.status() != StatusCode::NOT_FOUND;
    response
        .headers_mut()
        .extend(if is_frame { headers.frame } else { headers.all });
    if answered {
        response.headers_mut().insert(CACHE_CONTROL, caching);
    }
    response
}

/// The folder to serve: the one named, else the project's `dist`.
///
/// # Errors
/// There is no site in it.
pub fn site_folder(named: Option<&Path>) -> Result<PathBuf> {
    let folder = match named {
        Some(folder) => folder.to_path_buf(),
        None => Project::find()?.root.join("dist"),
    };
    if !folder.join("index.html").is_file() {
        bail!(
            "there is no site in {}. Type: cargo xtask build",
            folder.display()
        );
    }
    Ok(folder)
}
