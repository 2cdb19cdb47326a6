//! Names from content.

use sha2::{Digest, Sha256};

/// SHA-256 of some bytes, its first 16 hexadecimal digits: enough to tell apart what one project ever builds.
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A file's name with the digest of its content before the extension: `style.css` → `style-0123456789abcdef.css`.
pub fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let digest = digest(bytes);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{digest}.{extension}"),
        None => format!("{name}-{digest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{digest, hashed_name};

    #[test]
    fn the_digest_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea");
        assert_eq!(hashed_name("a.b.css", b"abc"), "a.b-ba7816bf8f01cfea.css");
    }
}
