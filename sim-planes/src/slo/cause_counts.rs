//! Bad requests by cause, in bytes that do not change where there is nothing of the causes that came later.

use super::Cause;
use core::fmt;
use core::ops::{Deref, DerefMut};
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The causes that every result has always told.
const FIRST: usize = 10;
/// Stands before the numbers where those of all causes follow: no number of requests is below 0.
const ALL_FOLLOW: f64 = -1.0;

/// Bad requests by cause, in the order of [`Cause::ALL`].
///
/// Serialised these are the numbers of the first ten causes, as they were when there were no others. If there is
/// anything of the others, −1 and then the numbers of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CauseCounts(pub [f64; Cause::COUNT]);

impl Deref for CauseCounts {
    type Target = [f64; Cause::COUNT];
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for CauseCounts {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Serialize for CauseCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (first, others) = self.0.split_at(FIRST);
        if others.iter().all(|requests| *requests == 0.0) {
            let mut tuple = serializer.serialize_tuple(FIRST)?;
            for requests in first {
                tuple.serialize_element(requests)?;
            }
            return tuple.end();
        }
        let mut tuple = serializer.serialize_tuple(1 + Cause::COUNT)?;
        tuple.serialize_element(&ALL_FOLLOW)?;
        for requests in &self.0 {
            tuple.serialize_element(requests)?;
        }
        tuple.end()
    }
}

struct Counts;

impl<'de> Visitor<'de> for Counts {
    type Value = CauseCounts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "numbers of requests by cause")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<CauseCounts, A::Error> {
        let mut next = || {
            let number: Option<f64> = numbers.next_element()?;
            number.ok_or_else(|| A::Error::custom("too few numbers of requests"))
        };
        let mut counts = CauseCounts::default();
        let first = next()?;
        let mut places = counts.0.iter_mut();
        if first == ALL_FOLLOW {
            for place in places {
                *place = next()?;
            }
        } else {
            if let Some(place) = places.next() {
                *place = first;
            }
            for place in places.take(FIRST - 1) {
                *place = next()?;
            }
        }
        Ok(counts)
    }
}

impl<'de> Deserialize<'de> for CauseCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(1 + Cause::COUNT, Counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_causes_alone_have_the_bytes_of_an_array_and_all_come_back() {
        let first: [f64; FIRST] = core::array::from_fn(|index| index as f64 + 0.5);
        let mut counts = CauseCounts::default();
        counts[..FIRST].copy_from_slice(&first);
        let bytes = postcard::to_allocvec(&(counts, 7u8)).unwrap();
        assert_eq!(bytes, postcard::to_allocvec(&(first, 7u8)).unwrap());
        for others in [0.0, 3.0] {
            counts[Cause::COUNT - 1] = others;
            let bytes = postcard::to_allocvec(&(counts, 7u8)).unwrap();
            let back: (CauseCounts, u8) = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(back, (counts, 7));
            let text = serde_json::to_string(&counts).unwrap();
            assert_eq!(serde_json::from_str::<CauseCounts>(&text).unwrap(), counts);
        }
        assert!(postcard::from_bytes::<CauseCounts>(&[0; 9 * 8]).is_err());
        assert!(serde_json::from_str::<CauseCounts>("[1.0, 2.0]").is_err());
    }
}
