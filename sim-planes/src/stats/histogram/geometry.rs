//! Where the buckets of the latency histogram lie. One geometry for all, so that any two can be merged.

/// Buckets to a doubling of the latency.
pub const BUCKETS_PER_OCTAVE: usize = 8;
/// Buckets between the lowest and the highest edge: 24 octaves.
pub const BUCKETS: usize = 24 * BUCKETS_PER_OCTAVE;
/// Buckets and the two open ends: slot 0 is below the lowest edge, the last above the highest.
pub const SLOTS: usize = BUCKETS + 2;
/// The lowest edge, seconds: 0.1 ms.
pub const LOWEST_EDGE_S: f64 = 1e-4;

/// Latencies are multiplied by this (a correctly rounded product) and compared with powers of 2^⅛.
const SCALE: f64 = 1e4;
/// 2^(j/8), rounded to nearest.
const POWERS: [f64; BUCKETS_PER_OCTAVE] = [
    1.0,
    1.090_507_732_665_257_7,
    1.189_207_115_002_721,
    1.296_839_554_651_009_6,
    core::f64::consts::SQRT_2,
    1.542_210_825_407_940_7,
    1.681_792_830_507_429,
    1.834_008_086_409_342_4,
];

const MANTISSA: u64 = (1 << 52) - 1;
/// A sixteenth of an octave's mantissas is narrower than a bucket, so it meets at most one inner edge.
const CELLS: usize = 16;
/// For a sixteenth of the mantissas: the bucket its beginning lies in, and the mantissa where the next begins.
static GUIDE: [(u8, u64); CELLS] = guide();

const fn guide() -> [(u8, u64); CELLS] {
    let mut guide = [(0, u64::MAX); CELLS];
    let mut cell = 0;
    while cell < CELLS {
        let start = (cell as u64) << 48;
        let mut bucket = BUCKETS_PER_OCTAVE - 1;
        while POWERS[bucket].to_bits() & MANTISSA > start {
            bucket -= 1;
        }
        let next = if bucket + 1 < BUCKETS_PER_OCTAVE {
            POWERS[bucket + 1].to_bits() & MANTISSA
        } else {
            u64::MAX
        };
        guide[cell] = (bucket as u8, next);
        cell += 1;
    }
    guide
}

/// The slot of a latency in seconds: 0 below 0.1 ms (and for negative numbers and NaN), 1..=192 the
/// buckets, 193 from 1678 s on. Slot i holds exactly the numbers from `edges()[i - 1]` up to, not
/// including, `edges()[i]`.
#[inline]
pub fn bucket_of(seconds: f64) -> usize {
    let scaled = seconds * SCALE;
    if scaled >= 1.0 {
        slot_of_scaled(scaled)
    } else {
        0
    }
}

/// The slot of a scaled latency of at least 1.
#[inline]
fn slot_of_scaled(scaled: f64) -> usize {
    let bits = scaled.to_bits();
    let octave = (bits >> 52) as usize - 1023;
    let mantissa = bits & MANTISSA;
    let (bucket, next) = GUIDE[(mantissa >> 48) as usize];
    let bucket = usize::from(bucket) + usize::from(mantissa >= next);
    (octave * BUCKETS_PER_OCTAVE + bucket + 1).min(SLOTS - 1)
}

static EDGES: [f64; BUCKETS + 1] = all_edges();

/// The 193 edges between the slots in seconds, ascending from 0.1 ms to 1678 s.
pub fn edges() -> &'static [f64; BUCKETS + 1] {
    &EDGES
}

const fn all_edges() -> [f64; BUCKETS + 1] {
    let mut edges = [0.0; BUCKETS + 1];
    let mut octave = 1.0;
    let mut i = 0;
    while i <= BUCKETS {
        edges[i] = first_from(octave * POWERS[i % BUCKETS_PER_OCTAVE]);
        i += 1;
        if i % BUCKETS_PER_OCTAVE == 0 {
            octave *= 2.0;
        }
    }
    edges
}

/// The smallest number of seconds whose scaled value reaches `scaled`.
const fn first_from(scaled: f64) -> f64 {
    let mut seconds = scaled / SCALE;
    while seconds * SCALE >= scaled {
        seconds = seconds.next_down();
    }
    while seconds * SCALE < scaled {
        seconds = seconds.next_up();
    }
    seconds
}

/// The latency in seconds below which the share `share` (0..1) of a slot's weight lies.
pub fn at_share(slot: usize, share: f64) -> f64 {
    if slot == 0 {
        return share * LOWEST_EDGE_S;
    }
    let edge = EDGES[(slot - 1).min(BUCKETS)];
    if slot > BUCKETS {
        return edge;
    }
    edge * libm::exp2(share / BUCKETS_PER_OCTAVE as f64)
}

/// The share of a slot's weight that lies at or below `seconds`, which must be in the slot.
pub fn share_below(slot: usize, seconds: f64) -> f64 {
    if slot == 0 {
        return (seconds / LOWEST_EDGE_S).clamp(0.0, 1.0);
    }
    if slot > BUCKETS {
        return if seconds == f64::INFINITY { 1.0 } else { 0.0 };
    }
    (BUCKETS_PER_OCTAVE as f64 * libm::log2(seconds / EDGES[slot - 1])).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_two() {
        for (j, power) in POWERS.iter().enumerate() {
            assert!(
                (power / libm::exp2(j as f64 / 8.0) - 1.0).abs() < 3e-16,
                "{j}"
            );
        }
    }

    /// Every edge begins its bucket, and the number just below it still belongs to the bucket before.
    #[test]
    fn edges_are_exact() {
        for (i, &edge) in edges().iter().enumerate() {
            assert_eq!(bucket_of(edge), i + 1, "{edge}");
            assert_eq!(bucket_of(edge.next_down()), i, "{edge}");
            let ideal = 1e-4 * libm::exp2(i as f64 / 8.0);
            assert!((edge / ideal - 1.0).abs() < 1e-15, "{edge}");
        }
    }

    /// Against the logarithm, away from the edges.
    #[test]
    fn buckets_are_logarithmic() {
        let mut x = 1.0001e-4;
        while x < 1677.0 {
            let position = 8.0 * libm::log2(x / 1e-4);
            if (position - libm::round(position)).abs() > 1e-9 {
                assert_eq!(bucket_of(x), position as usize + 1, "{x}");
            }
            x *= 1.000_37;
        }
    }

    #[test]
    fn strange_numbers_have_a_slot() {
        for (x, slot) in [
            (f64::NAN, 0),
            (-1.0, 0),
            (0.0, 0),
            (9.9e-5, 0),
            (1700.0, 193),
            (f64::INFINITY, 193),
            (f64::MAX, 193),
        ] {
            assert_eq!(bucket_of(x), slot, "{x}");
        }
    }
}
