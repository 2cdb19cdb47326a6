//! What the browser is told besides the files: the Content-Security-Policy and how long to keep what.

/// Folder of the files that are named by their content.
pub const ASSETS: &str = "assets";

/// Caching of `assets/`: a name never changes its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Caching of everything else: ask whether it changed.
const ASK: &str = "no-cache";

/// What the page may do: run its own scripts and WebAssembly, nothing inline, nothing from elsewhere.
///
/// `style-src 'unsafe-inline'` is for style *attributes*: plotters' canvas backend measures text with an element
/// it positions by its `style` attribute.
const POLICY: [&str; 11] = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "object-src 'none'",
];

/// The policy for the `<meta>` tag.
pub fn meta_policy() -> String {
    POLICY.join("; ")
}

/// The only page that others may put into a frame: it shows a few answers and knobs, and keeps nothing.
pub const EMBED: &str = "embed.html";

/// Headers of the answer at a path of the site. Only a header can forbid being framed.
pub fn security_headers(path: &str) -> [(&'static str, String); 4] {
    let ancestors = if path.trim_start_matches('/') == EMBED {
        "*"
    } else {
        "'none'"
    };
    [
        (
            "Content-Security-Policy",
            format!("{}; frame-ancestors {ancestors}", meta_policy()),
        ),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// How long a browser may keep what lies at this path of the site.
pub fn cache_control(path: &str) -> &'static str {
    let in_assets = path
        .trim_start_matches('/')
        .strip_prefix(ASSETS)
        .is_some_and(|rest| rest.starts_with('/'));
    if in_assets { FOR_EVER } else { ASK }
}

/// The `_headers` file that Netlify, Cloudflare Pages and others read.
pub fn headers_file() -> String {
    // Hosts join what several rules say of one path, and two policies forbid what either does: no rule is for all.
    let assets = format!("/{ASSETS}/*");
    let mut text = String::new();
    for path in ["/", "/index.html", "/sw.js", "/embed.html", &assets] {
        text.push_str(&format!("{path}\n"));
        for (name, value) in security_headers(path) {
            text.push_str(&format!("  {name}: {value}\n"));
        }
        if path == assets {
            text.push_str(&format!("  Cache-Control: {FOR_EVER}\n"));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ASK, FOR_EVER, cache_control, headers_file, meta_policy};

    #[test]
    fn only_files_named_by_content_are_kept() {
        assert_eq!(cache_control("/assets/app-0.js"), FOR_EVER);
        assert_eq!(cache_control("/assets.html"), ASK);
        assert_eq!(cache_control("/"), ASK);
    }

    #[test]
    fn no_inline_script_is_allowed() {
        let policy = meta_policy();
        let scripts = policy
            .split("; ")
            .find(|rule| rule.starts_with("script-src"));
        assert_eq!(scripts, Some("script-src 'self' 'wasm-unsafe-eval'"));
        let file = headers_file();
        assert_eq!(file.matches("frame-ancestors 'none'").count(), 4);
        let framed: Vec<&str> = file
            .split("\n\n")
            .filter(|rule| rule.contains("frame-ancestors *"))
            .collect();
        assert_eq!(framed.len(), 1);
        assert!(framed.iter().all(|rule| rule.starts_with("/embed.html\n")));
    }
}
