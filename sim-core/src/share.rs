//! Share links: a whole scenario in the fragment of an address, which no server ever sees.
//!
//! ```text
//!   document ──► patch against the nearest template, or the document itself     (base, patch)
//!            ──► {"e": engine version, "t": template, "d": patch} as JSON
//!            ──► deflate ──► length + checksum ──► base64url                      (envelope)
//!            ──► s=1.<payload>            to be put behind `https://…/#`
//! ```
//!
//! Links come from strangers: sizes are capped before anything is unpacked, and everything that can be wrong
//! with a link has a name ([`ShareError`]) and a sentence for its reader. Links of a released version open for
//! ever: a patch names its template by the hash of its text, and templates that change are kept (see [`base`]).

mod base;
mod envelope;
mod patch;

use crate::scenario::document::ScenarioDocument;
use crate::scenario::read;
use core::fmt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the link format that this engine writes.
pub const LINK_VERSION: u32 = 1;

/// Longest payload that is written or read, in characters. Browsers carry more, chats and mails much less.
pub const MAX_LINK_CHARS: usize = 64 * 1024;

/// Largest scenario that is packed or unpacked, in bytes of JSON: what the checker reads at most.
pub const MAX_INFLATED_BYTES: usize = 2 * 1024 * 1024;

/// Longest text that is taken for an engine version.
const MAX_VERSION_CHARS: usize = 40;

/// What a link holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The scenario as JSON. It is as unchecked as any file: give it to [`crate::scenario::check_json`].
    pub document_json: String,
    /// Version of the engine that its author saw the numbers of.
    pub engine_version: String,
}

impl Shared {
    /// Whether this engine computes the very numbers that the author saw.
    pub fn same_engine(&self) -> bool {
        self.engine_version == crate::ENGINE_VERSION
    }
}

/// Why a scenario cannot become a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The link would be longer than [`MAX_LINK_CHARS`], or the scenario larger than [`MAX_INFLATED_BYTES`].
    TooLong {
        /// Length that the link would have, in characters.
        chars: usize,
    },
    /// The scenario holds a number that JSON cannot write: infinity, or not a number.
    NotANumber,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { chars } => write!(
                f,
                "too long for a link: {chars} characters, at most {MAX_LINK_CHARS} are possible; share it as a file"
            ),
            Self::NotANumber => {
                f.write_str("a field holds infinity or no number; correct it, then share")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// There is no `s=<version>.<payload>` in the text.
    NotALink,
    /// A version that this engine does not know.
    UnknownVersion(String),
    /// The payload is longer than [`MAX_LINK_CHARS`].
    TooLong {
        /// Characters in the payload.
        chars: usize,
    },
    /// The end is missing.
    Cut {
        /// Characters that arrived.
        arrived: usize,
        /// Characters that were sent.
        sent: usize,
    },
    /// Something was appended to the link.
    Extended {
        /// Characters too many.
        extra: usize,
    },
    /// A character that links do not have.
    BadCharacter {
        /// The character.
        character: char,
        /// Its place in the payload, counted from 1.
        position: usize,
    },
    /// The checksum does not fit: characters were changed on the way.
    Corrupted,
    /// It would unpack to more than [`MAX_INFLATED_BYTES`].
    TooLarge,
    /// It unpacks to something that is no scenario.
    NotAScenario(String),
    /// It builds on a template that this engine does not have.
    UnknownTemplate {
        /// Name and hash of the template.
        template: String,
        /// Version of the engine that wrote the link.
        engine_version: String,
    },
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotALink => f.write_str("this is no share link: there is no #s=1.… in it"),
            Self::UnknownVersion(version) => write!(
                f,
                "this link has format version {version:?}; this studio reads version {LINK_VERSION}. A newer studio may open it"
            ),
            Self::TooLong { chars } => {
                write!(
                    f,
                    "this link is too long to be opened: {chars} characters, at most {MAX_LINK_CHARS} are read"
                )
            }
            Self::Cut { arrived, sent } => write!(
                f,
                "this link was cut: {arrived} of {sent} characters arrived; copy it again, or ask for the file"
            ),
            Self::Extended { extra } => {
                write!(
                    f,
                    "{extra} characters that do not belong to this link stand at its end; copy it again"
                )
            }
            Self::BadCharacter {
                character,
                position,
            } => {
                write!(
                    f,
                    "{character:?} at character {position} does not belong in a link; copy it again"
                )
            }
            Self::Corrupted => f.write_str(
                "this link was changed on the way: its checksum does not fit; copy it again",
            ),
            Self::TooLarge => {
                write!(
                    f,
                    "this link unpacks to more than {MAX_INFLATED_BYTES} bytes; it was not opened"
                )
            }
            Self::NotAScenario(what) => write!(f, "this link holds no scenario: {what}"),
            Self::UnknownTemplate {
                template,
                engine_version,
            } => write!(
                f,
                "this link builds on template {template} of version {engine_version}, which this studio does not have; a newer one may open it"
            ),
        }
    }
}

impl core::error::Error for ShareError {}

/// What is packed.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// Engine version.
    e: String,
    /// Template that `d` is a patch of; `d` is the whole document without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    /// Patch or document.
    d: Value,
}

/// The fragment `s=1.<payload>` that holds a scenario, to be put behind `https://…/#`.
///
/// # Errors
/// The link would be too long, or the document holds a number that is none.
pub fn encode(document: &ScenarioDocument) -> Result<String, EncodeError> {
    let target = serde_json::to_value(document).map_err(|_| EncodeError::NotANumber)?;
    if parse(&target).as_ref() != Some(document) {
        return Err(EncodeError::NotANumber);
    }
    let mut best = pack(None, target.clone())?;
    for base in base::current() {
        let Some(patch) = base.patch_to(&target) else {
            continue;
        };
        let mut patched = base.value();
        patch::apply(&mut patched, patch.clone());
        if parse(&patched).as_ref() != Some(document) {
            continue;
        }
        let packed = pack(Some(base.reference()), patch)?;
        if packed.len() < best.len() {
            best = packed;
        }
    }
    if best.len() > MAX_LINK_CHARS {
        return Err(EncodeError::TooLong { chars: best.len() });
    }
    Ok(format!("s={LINK_VERSION}.{best}"))
}

fn parse(value: &Value) -> Option<ScenarioDocument> {
    read(value).ok()
}

fn pack(template: Option<String>, d: Value) -> Result<String, EncodeError> {
    let packed = Packed {
        e: crate::ENGINE_VERSION.to_owned(),
        t: template,
        d,
    };
    let json = serde_json::to_vec(&packed).map_err(|_| EncodeError::NotANumber)?;
    envelope::seal(&json).ok_or(EncodeError::TooLong { chars: json.len() })
}

/// Opens a link: a whole address, its fragment, or just `1.<payload>`.
///
/// # Errors
/// Whatever is wrong with it; nothing is unpacked beyond the caps.
pub fn decode(link: &str) -> Result<Shared, ShareError> {
    let (version, payload) = split(link)?;
    if version != LINK_VERSION.to_string() {
        return Err(ShareError::UnknownVersion(
            version.chars().take(MAX_VERSION_CHARS).collect(),
        ));
    }
    let json = envelope::open(payload)?;
    let packed: Packed = serde_json::from_slice(&json)
        .map_err(|error| ShareError::NotAScenario(error.to_string()))?;
    if packed.e.chars().count() > MAX_VERSION_CHARS {
        return Err(ShareError::NotAScenario(
            "its engine version is no version".to_owned(),
        ));
    }
    let document = match packed.t {
        None => packed.d,
        Some(template) => match base::find(&template) {
            Some(base) => {
                let mut document = base.value();
                patch::apply(&mut document, packed.d);
                document
            }
            None => {
                let template = template.chars().take(2 * MAX_VERSION_CHARS).collect();
                return Err(ShareError::UnknownTemplate {
                    template,
                    engine_version: packed.e,
                });
            }
        },
    };
    if !document.is_object() {
        return Err(ShareError::NotAScenario(
            "it is not a JSON object".to_owned(),
        ));
    }
    Ok(Shared {
        document_json: document.to_string(),
        engine_version: packed.e,
    })
}

/// Version and payload. View state may follow the payload behind an ampersand.
fn split(link: &str) -> Result<(&str, &str), ShareError> {
    let link = link.trim();
    let fragment = link.rsplit_once('#').map_or(link, |(_, fragment)| fragment);
    let scenario = fragment.split('&').find_map(|part| {
        part.strip_prefix("s=")
            .or_else(|| part.strip_prefix("s%3D"))
    });
    let scenario = match scenario {
        Some(scenario) => scenario,
        None if !fragment.contains('=') => fragment,
        None => return Err(ShareError::NotALink),
    };
    match scenario.split_once('.') {
        Some((version, payload))
            if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Ok((version, payload))
        }
        _ => Err(ShareError::NotALink),
    }
}

/// What to tell the author of a long link, by its length in characters; nothing when it travels well.
pub fn length_advice(chars: usize) -> Option<&'static str> {
    match chars {
        0..=1900 => None,
        1901..=4000 => Some("some chats cut links of this length"),
        4001..=8000 => Some("many chats and mail programs cut links of this length"),
        _ => Some("few programs carry links of this length; better share the file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(json: &str) -> Result<Shared, ShareError> {
        decode(&format!(
            "s=1.{}",
            envelope::seal(json.as_bytes()).expect("fits")
        ))
    }

    #[test]
    fn opens_addresses_fragments_and_payloads() {
        let payload = envelope::seal(br#"{"e":"0.1.0","d":{"version":1}}"#).expect("fits");
        for link in [
            format!("https://example.org/studio/#s=1.{payload}"),
            format!("  #s=1.{payload}&d=exec\n"),
            format!("s%3D1.{payload}"),
            format!("1.{payload}"),
        ] {
            let shared = decode(&link).expect("opens");
            assert_eq!(
                (
                    shared.document_json.as_str(),
                    shared.engine_version.as_str()
                ),
                (r#"{"version":1}"#, "0.1.0")
            );
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let payload = envelope::seal(br#"{"e":"0.1.0","d":{"version":1}}"#).expect("fits");
        let cut = payload.len() - 3;
        assert_eq!(decode("https://example.org/"), Err(ShareError::NotALink));
        assert_eq!(decode(""), Err(ShareError::NotALink));
        assert_eq!(decode("#d=exec"), Err(ShareError::NotALink));
        assert_eq!(
            decode(&format!("s=2.{payload}")),
            Err(ShareError::UnknownVersion("2".to_owned()))
        );
        assert_eq!(
            decode(&format!("s=1.{}", &payload[..cut])),
            Err(ShareError::Cut {
                arrived: cut,
                sent: payload.len()
            })
        );
        assert_eq!(
            decode(&format!("s=1.{payload}).")),
            Err(ShareError::Extended { extra: 2 })
        );
        let other = if payload[20..].starts_with('A') {
            'B'
        } else {
            'A'
        };
        let changed = format!("{}{other}{}", &payload[..20], &payload[21..]);
        assert_eq!(
            decode(&format!("s=1.{changed}")),
            Err(ShareError::Corrupted)
        );
        let odd = format!("{}%{}", &payload[..20], &payload[21..]);
        assert_eq!(
            decode(&format!("s=1.{odd}")),
            Err(ShareError::BadCharacter {
                character: '%',
                position: 21
            })
        );
        assert_eq!(
            decode(&format!("s=1.{}", "A".repeat(70_000))),
            Err(ShareError::TooLong { chars: 70_000 })
        );
        assert!(matches!(shared("[1,2]"), Err(ShareError::NotAScenario(_))));
        assert!(matches!(
            shared(r#"{"e":"0.1.0","d":[]}"#),
            Err(ShareError::NotAScenario(_))
        ));
        assert!(matches!(
            shared(r#"{"e":"9.9.9","t":"gone@00000000","d":{}}"#),
            Err(ShareError::UnknownTemplate { .. })
        ));
        let deep = format!(r#"{{"e":"0.1.0","d":{}}}"#, "[".repeat(10_000));
        assert!(matches!(shared(&deep), Err(ShareError::NotAScenario(_))));
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let zeros = vec![b' '; MAX_INFLATED_BYTES + 1];
        let bomb = envelope::seal_any(&zeros).expect("deflates to little");
        assert!(bomb.len() < 10_000);
        assert_eq!(decode(&format!("s=1.{bomb}")), Err(ShareError::TooLarge));
    }
}
