//! Named random streams: from a key of four plain numbers to a seeded generator.

use rand_xoshiro::rand_core::SeedableRng;

/// The studio's generator: xoshiro256++ (Blackman & Vigna 2021), 256 bits of state, period 2²⁵⁶ − 1.
pub type Rng = rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream's numbers are used for. The numbers are part of every result: never reuse or change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Purpose {
    /// Number of arrivals per interval, or the times between them.
    Arrivals = 1,
    /// When random traffic bursts begin and end, and how high they are.
    Bursts = 2,
    /// Gamma factor on the arrival rate of an interval (Gamma–Poisson over-dispersion).
    Overdispersion = 3,
    /// When flash crowds begin and how high they rise.
    FlashCrowds = 4,
    /// Time a server needs for a request.
    ServiceTime = 10,
    /// Which answered requests carry an error of the service's own.
    Errors = 11,
    /// Whether and when clients try again.
    Retries = 12,
    /// Time from a pod's creation to its readiness.
    PodStartup = 20,
    /// Time from asking for a node to being able to place pods on it.
    NodeProvisioning = 21,
    /// Spot prices and evictions.
    SpotMarket = 22,
    /// What an autoscaler of nodes leaves to chance: when it looks, which group grows, which node does not come.
    NodeChoices = 23,
    /// Measurement error of what controllers see.
    TelemetryNoise = 30,
    /// When telemetry is missing.
    TelemetryGaps = 31,
    /// Deploys: when they happen and whether they are bad.
    Deploys = 40,
    /// Latency and failures of the services this one depends on.
    Dependencies = 41,
    /// Values of uncertain scenario inputs, drawn once per replication.
    UncertainInputs = 60,
    /// Which replica a request goes to.
    Balancing = 13,
    /// Which requests are of high priority.
    Priorities = 14,
    /// Service times and errors of attempts after the first.
    RetriedRequests = 15,
    /// What the start of a function's instance takes.
    ColdStarts = 70,
    /// How long idle instances of a function stay.
    KeepAlive = 71,
    /// Which of a function's free instances serves next, where chance decides.
    InstanceChoice = 72,
    /// How long the replicas that are there at the start have been running.
    ReplicaAges = 50,
    /// How many queries read storage.
    StorageDemand = 80,
    /// What queries of storage read, and how long they wait for it.
    StorageReads = 81,
    /// Whether a queue that is computed, not played, is longer or shorter than expected.
    QueueLuck = 16,
    /// The course of a queue that is followed, not played.
    QueuePath = 18,
    /// How many of the requests that are computed, not played, are slow or late.
    RequestLuck = 17,
    /// How long single spot nodes run before they are reclaimed.
    SpotLives = 24,
    /// Start-up of pods that replace those of reclaimed nodes.
    SpotStartup = 25,
    /// Provisioning of nodes that replace reclaimed ones.
    SpotProvisioning = 26,
    /// When dependencies are slow.
    BrownOuts = 42,
    /// At which entry of a network a user's request comes in.
    Routes = 92,
    /// How many calls a request of a network makes, where that is not a whole number.
    Calls = 93,
    /// How much work a run of a batch job has.
    BatchWork = 90,
    /// When a batch job's spot machines are there and when they are reclaimed.
    BatchMarket = 91,
    /// What the users of an edge cache ask for, and what it holds at the start.
    EdgeObjects = 100,
    /// Which fetches of an edge cache fail.
    EdgeFetches = 101,
    /// Which calls open a circuit breaker that is computed, not played.
    Breakers = 94,
    /// Which designs a search tries.
    DesignSearch = 110,
}

/// The name of a stream. Equal keys give equal streams; keys that differ anywhere give unrelated ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamKey {
    /// The study's seed.
    pub seed: u64,
    /// Index of the replication within the study.
    pub replication: u32,
    /// Index of the component (service, fleet, tenant) within the scenario.
    pub component: u32,
    /// What the numbers are for.
    pub purpose: Purpose,
}

/// 2⁶⁴ divided by the golden ratio, the odd increment of SplitMix64.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl StreamKey {
    /// The generator at the start of this stream.
    ///
    /// Each of the four state words is a chain of SplitMix64 finalisers (Steele, Lea & Flood 2014) over
    /// the key: `h ← mix(h ⊕ key word + GOLDEN)` for the seed, then `replication · 2³² + component`, then
    /// the purpose, from `h = mix((i + 1) · GOLDEN)` for state word i. A chain is a bijection of each key
    /// word, so keys that differ in one word differ in every state word; other coincidences of the whole
    /// 256-bit state have probability 2⁻²⁵⁶ a pair. Streams overlap within 2⁶⁴ draws with probability
    /// below 2⁻¹⁹⁰ a pair.
    pub fn rng(&self) -> Rng {
        let place = (u64::from(self.replication) << 32) | u64::from(self.component);
        let words = [self.seed, place, u64::from(self.purpose as u32)];
        let mut state = [0u8; 32];
        let mut start = 0u64;
        for bytes in state.chunks_exact_mut(8) {
            start = start.wrapping_add(GOLDEN);
            let word = words
                .iter()
                .fold(mix(start), |h, word| mix((h ^ word).wrapping_add(GOLDEN)));
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Rng::from_seed(state)
    }
}

/// The finaliser of SplitMix64: a bijection of 64-bit words in which every input bit flips every output
/// bit with probability close to one half (Stafford's variant 13).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::rand_core::Rng as _;

    const KEY: StreamKey = StreamKey {
        seed: 42,
        replication: 7,
        component: 3,
        purpose: Purpose::Arrivals,
    };

    /// SplitMix64 from state 1234567 (Rosetta Code, "Pseudo-random numbers/Splitmix64").
    #[test]
    fn the_finaliser_is_splitmix64s() {
        let draws: Vec<u64> = (1..=5)
            .map(|i| mix(1_234_567u64.wrapping_add(GOLDEN.wrapping_mul(i))))
            .collect();
        assert_eq!(
            draws,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn a_key_always_names_the_same_numbers() {
        let mut rng = KEY.rng();
        let first: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(first, GOLDEN_STREAM, "{first:#018X?}");
    }
    const GOLDEN_STREAM: [u64; 3] = [
        0x64DE_17F9_CA65_20D4,
        0xE0F8_8599_5210_EABA,
        0x507C_FEFD_7C3D_D665,
    ];

    fn neighbours() -> Vec<StreamKey> {
        vec![
            StreamKey { seed: 43, ..KEY },
            StreamKey {
                replication: 8,
                ..KEY
            },
            StreamKey {
                component: 4,
                ..KEY
            },
            StreamKey {
                purpose: Purpose::Bursts,
                ..KEY
            },
            // The same numbers in exchanged places.
            StreamKey {
                replication: 3,
                component: 7,
                ..KEY
            },
            StreamKey {
                seed: 7,
                replication: 42,
                ..KEY
            },
        ]
    }

    /// Bits of neighbouring streams agree like coin flips: 64 000 bits, five standard deviations.
    #[test]
    fn neighbouring_streams_share_half_their_bits() {
        for key in neighbours() {
            let (mut a, mut b) = (KEY.rng(), key.rng());
            let agreeing: u32 = (0..1000)
                .map(|_| (!(a.next_u64() ^ b.next_u64())).count_ones())
                .sum();
            assert!(
                (f64::from(agreeing) - 32_000.0).abs() < 5.0 * 16_000f64.sqrt(),
                "{key:?}: {agreeing}"
            );
        }
    }

    /// Uniform numbers of neighbouring streams are uncorrelated: 100 000 pairs, five standard deviations.
    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        let n = 100_000;
        for key in neighbours() {
            let (mut a, mut b) = (KEY.rng(), key.rng());
            let sum: f64 = (0..n)
                .map(|_| {
                    (crate::random::uniform(&mut a) - 0.5) * (crate::random::uniform(&mut b) - 0.5)
                })
                .sum();
            let correlation = 12.0 * sum / f64::from(n);
            assert!(
                correlation.abs() < 5.0 / f64::from(n).sqrt(),
                "{key:?}: {correlation}"
            );
        }
    }

    /// The first numbers of consecutive replications are as uniform as one stream: 100 cells of 1 000.
    #[test]
    fn first_numbers_over_replications_are_uniform() {
        let mut cells = [0u32; 100];
        for replication in 0..100_000 {
            let u = crate::random::uniform(&mut StreamKey { replication, ..KEY }.rng());
            cells[(u * 100.0) as usize] += 1;
        }
        let chi_square: f64 = cells
            .iter()
            .map(|&c| {
                let d = f64::from(c) - 1000.0;
                d * d / 1000.0
            })
            .sum();
        // 99 degrees of freedom: P(chi-square > 165) < 5e-5 and P(chi-square < 50) < 5e-5.
        assert!((50.0..165.0).contains(&chi_square), "{chi_square}");
    }
}
