//! Bytes ↔ link payload: deflate, length and checksum, base64url.
//!
//! Layout before base64url: 2 bytes length of the body (little endian), 4 bytes checksum of the body (the start
//! of its SHA-256), body (raw deflate). The header is eight characters of its own, so that a cut link is known
//! as cut before anything else is judged.

use super::{MAX_INFLATED_BYTES, MAX_LINK_CHARS, ShareError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const HEADER_CHARS: usize = 8;
const CHECKSUM_BYTES: usize = 4;

/// Deflate level: the smallest output is worth a few milliseconds.
const LEVEL: u8 = 9;

/// The payload of these bytes; `None` when they are too large for a link.
pub(super) fn seal(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_INFLATED_BYTES {
        None
    } else {
        seal_any(bytes)
    }
}

/// As [`seal`], without asking how much it unpacks to.
pub(super) fn seal_any(bytes: &[u8]) -> Option<String> {
    let body = miniz_oxide::deflate::compress_to_vec(bytes, LEVEL);
    let length = u16::try_from(body.len()).ok()?;
    let mut header = length.to_le_bytes().to_vec();
    header.extend_from_slice(&checksum(&body));
    Some(URL_SAFE_NO_PAD.encode(header) + &URL_SAFE_NO_PAD.encode(body))
}

/// The bytes of a payload.
pub(super) fn open(payload: &str) -> Result<Vec<u8>, ShareError> {
    let chars = payload.chars().count();
    if chars > MAX_LINK_CHARS {
        return Err(ShareError::TooLong { chars });
    }
    let Some((header, body)) = payload.split_at_checked(HEADER_CHARS) else {
        known_characters(payload, 0)?;
        return Err(ShareError::Cut {
            arrived: chars,
            sent: HEADER_CHARS,
        });
    };
    known_characters(header, 0)?;
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| ShareError::Corrupted)?;
    let [low, high, sum @ ..] = header.as_slice() else {
        return Err(ShareError::Corrupted);
    };
    let sent = encoded_chars(usize::from(u16::from_le_bytes([*low, *high])));
    let arrived = body.chars().count();
    if arrived > sent {
        return Err(ShareError::Extended {
            extra: arrived - sent,
        });
    }
    known_characters(body, HEADER_CHARS)?;
    if arrived < sent {
        return Err(ShareError::Cut {
            arrived: chars,
            sent: HEADER_CHARS + sent,
        });
    }
    let body = URL_SAFE_NO_PAD
        .decode(body)
        .map_err(|_| ShareError::Corrupted)?;
    if checksum(&body) != sum {
        return Err(ShareError::Corrupted);
    }
    miniz_oxide::inflate::decompress_to_vec_with_limit(&body, MAX_INFLATED_BYTES).map_err(|error| {
        match error.status {
            miniz_oxide::inflate::TINFLStatus::HasMoreOutput => ShareError::TooLarge,
            _ => ShareError::Corrupted,
        }
    })
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut sum = [0; CHECKSUM_BYTES];
    for (to, from) in sum.iter_mut().zip(Sha256::digest(body)) {
        *to = from;
    }
    sum
}

/// Characters of base64 without padding for so many bytes.
fn encoded_chars(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

fn known_characters(text: &str, offset: usize) -> Result<(), ShareError> {
    let known =
        |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    match text
        .chars()
        .enumerate()
        .find(|&(_, character)| !known(character))
    {
        None => Ok(()),
        Some((index, character)) => Err(ShareError::BadCharacter {
            character,
            position: offset + index + 1,
        }),
    }
}
