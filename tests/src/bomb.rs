//! A link that is small to send and large to unpack.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use sim_core::share::MAX_INFLATED_BYTES;

/// A link, sound in length and checksum, that unpacks to one byte more than is allowed.
pub fn link() -> String {
    let body = miniz_oxide::deflate::compress_to_vec(&vec![b' '; MAX_INFLATED_BYTES + 1], 9);
    let length = u16::try_from(body.len()).expect("deflates to little");
    let mut header = length.to_le_bytes().to_vec();
    header.extend(Sha256::digest(&body).iter().take(4));
    format!(
        "#s=1.{}{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(body)
    )
}
