//! How long the newest wait: until those that come after them, who go first, have all gone.
//!
//! With exponential services that is the busy period of one server as quick as all of them together. Its density is
//! ∫ x e^(−xt) of rates x between (1 − √ρ)² and (1 + √ρ)² (Abate & Whitt 1988): a mixture of exponential waits. Above
//! full load a busy period ends with probability 1/ρ only, and then as one with arrivals and services exchanged.
//!
//! With other services the wait begins with what is left of theirs. Its first two moments follow from those of the wait
//! when the oldest go first, which is a geometric number of such times (Pollaczek & Khinchine); the mean of both waits is the
//! same, the second moment 1/(1 − ρ) times as large (Takács 1963; Fuhrmann 1984 for M/G/1).
//!
//! With room for few, who is let in at the top of a nearly full queue waits until one more has left than came, in a queue
//! that can grow by the room that is left: a continued fraction of transforms, turned into a law after Gaver & Stehfest
//! (Stehfest 1970).

/// A law of waits as parts, in mean service times: exponential ones by their means, and ones of fixed length.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    /// Means and weights.
    pub(super) exponential: Vec<(f64, f64)>,
    /// Lengths and weights.
    pub(super) fixed: Vec<(f64, f64)>,
    /// Weight of those that wait for ever.
    pub(super) never: f64,
}

/// Exponential times with the mean 1 and this second moment, with their shares: two that make up half of the mean each. Of
/// times more even than exponential ones, one of those.
fn first_times(square: f64) -> Vec<(f64, f64)> {
    if square <= 2.0 {
        return vec![(1.0, 1.0)];
    }
    let part = 0.5 * (1.0 + ((square - 2.0) / square).sqrt());
    [part, 1.0 - part]
        .map(|share| (share, 0.5 / share))
        .to_vec()
}

/// Adds the busy period that begins with an exponential time of mean `first` while services of mean 1 come at the rate
/// `load` below 1; times in `unit`. With the exponent σ of s = σ − ρσ/(1 + σ) its transform is 1/(1 + first σ): a cut from
/// (1 − √ρ)² to (1 + √ρ)², and where the first time is much shorter or longer than a service a pole beside it.
fn add_busy_period(load: f64, first: f64, unit: f64, share: f64, into: &mut Vec<(f64, f64)>) {
    let root = load.sqrt();
    let (slowest, quickest) = ((1.0 - root) * (1.0 - root), (1.0 + root) * (1.0 + root));
    let (low, high) = (libm::log(slowest), libm::log(quickest));
    // Evenly spread in the angle, which is exact to all digits: the density vanishes at both ends.
    let count = 8 + (1.2 * (high - low)) as u32;
    let step = core::f64::consts::PI / f64::from(count + 1);
    let begin = into.len();
    let mut sum = 0.0;
    for node in 1..=count {
        let angle = step * f64::from(node);
        let rate = libm::exp(0.5 * (low + high) - 0.5 * (high - low) * libm::cos(angle));
        let height = ((rate - slowest) * (quickest - rate)).max(0.0).sqrt();
        let (real, imaginary) = (
            1.0 + 0.5 * first * (load - 1.0 - rate),
            0.5 * first * height,
        );
        let density = imaginary / (real * real + imaginary * imaginary) / core::f64::consts::PI;
        let weight = density * 0.5 * (high - low) * libm::sin(angle) * step;
        sum += weight;
        into.push((unit / rate, share * weight));
    }
    // What the cut leaves is the pole's, or is so near to it that the parts miss it.
    if sum < 1.0 - 1e-6 && (first - 1.0).abs() > 0.1 {
        let rate = 1.0 / first - load / (first - 1.0);
        into.push((unit / rate, share * (1.0 - sum)));
    } else {
        for (_, weight) in into.iter_mut().skip(begin) {
            *weight /= sum;
        }
    }
}

/// What is rarer than this is left out.
const RARE: f64 = 1e-9;
/// Of a law that is cut, parts to a doubling, and how far below the cut the shortest are.
const CUTS_PER_OCTAVE: f64 = 3.0;
const CUTS: u32 = 36;

impl Waits {
    /// The busy period at the load `load` below 1 that begins with a time of mean `unit`, whose second moment is `square`
    /// times the square of that, while services that come make it longer as exponential ones of the same mean would.
    pub(super) fn busy_period(load: f64, unit: f64, square: f64) -> Self {
        let load = load.clamp(1e-6, 0.9999);
        let mut exponential = Vec::new();
        if square <= 2.0 {
            // The exponential one that has the first two moments of the whole.
            let scv = (square - 1.0 + 2.0 * load / (1.0 - load)).max(1.0);
            let alike = ((scv - 1.0) / (scv + 1.0)).clamp(1e-6, 0.9999);
            let unit = unit * (1.0 - alike) / (1.0 - load);
            add_busy_period(alike, 1.0, unit, 1.0, &mut exponential);
        } else {
            for (share, first) in first_times(square) {
                add_busy_period(load, first, unit, share, &mut exponential);
            }
        }
        Self {
            exponential,
            ..Self::default()
        }
    }

    /// All weights times a factor; the rest waits for ever.
    pub(super) fn or_never(mut self, ends: f64) -> Self {
        for (_, weight) in self.exponential.iter_mut().chain(&mut self.fixed) {
            *weight *= ends;
        }
        self.never = 1.0 - ends * (1.0 - self.never);
        self
    }

    /// Probability of a wait above a time.
    pub(super) fn above(&self, time: f64) -> f64 {
        let longer = |&&(length, _): &&(f64, f64)| length > time;
        let fixed = self.fixed.iter().filter(longer).map(|(_, weight)| weight);
        let random = self.exponential.iter();
        let random = random.map(|(mean, weight)| weight * libm::exp(-time / mean));
        self.never + fixed.sum::<f64>() + random.sum::<f64>()
    }

    /// Mean of the waits, none counted for longer than `most`, which is finite if any lasts for ever.
    pub(super) fn mean_until(&self, most: f64) -> f64 {
        let fixed = self
            .fixed
            .iter()
            .map(|(wait, weight)| weight * wait.min(most));
        let random = self.exponential.iter();
        let random = random.map(|(mean, weight)| weight * mean * -libm::expm1(-most / mean));
        let never = if self.never > 0.0 {
            self.never * most
        } else {
            0.0
        };
        never + fixed.sum::<f64>() + random.sum::<f64>()
    }

    /// The same where nobody waits for longer than `most`: of those who would the weight is left out.
    pub(super) fn cut(self, most: f64) -> Self {
        let late = if most < f64::INFINITY {
            self.above(most)
        } else {
            0.0
        };
        if late <= RARE {
            return self;
        }
        let mut fixed = Vec::with_capacity(CUTS as usize);
        let (mut upto, mut above) = (most, late);
        for cut in 1..=CUTS {
            let from = if cut == CUTS {
                0.0
            } else {
                most * libm::exp2(-f64::from(cut) / CUTS_PER_OCTAVE)
            };
            let longer = if cut == CUTS { 1.0 } else { self.above(from) };
            if longer - above > RARE {
                fixed.push((0.5 * (from + upto), longer - above));
            }
            (upto, above) = (from, longer);
        }
        Self {
            exponential: Vec::new(),
            fixed,
            never: 0.0,
        }
    }

    /// The same where those of fixed length are at most `most`.
    pub(super) fn shortened(&self, most: f64) -> Self {
        let fixed = self.fixed.iter();
        Self {
            fixed: fixed
                .map(|&(wait, weight)| (wait.min(most), weight))
                .collect(),
            ..self.clone()
        }
    }

    /// The same in another unit of time.
    pub(super) fn times(mut self, factor: f64) -> Self {
        for (length, _) in self.exponential.iter_mut().chain(&mut self.fixed) {
            *length *= factor;
        }
        self
    }
}

/// Stehfest's weights of ten transforms.
const STEHFEST: [f64; 10] = [
    1.0 / 12.0,
    -385.0 / 12.0,
    1279.0,
    -46871.0 / 3.0,
    505_465.0 / 6.0,
    -473_915.0 / 2.0,
    1_127_735.0 / 3.0,
    -1_020_215.0 / 3.0,
    328_125.0 / 2.0,
    -65_625.0 / 2.0,
];
/// Largest room that is told from more.
const MOST_ROOM: u32 = 512;
/// Shortest time that is looked at, in mean times between departures, and times to a doubling.
const SHORTEST: f64 = 1.0 / 64.0;
const TIMES_PER_OCTAVE: f64 = 3.0;
const TIMES: u32 = 90;

/// How long those wait that are let into a queue of M/M/1 at the load `load` with room for `room`, in mean services: with
/// fixed lengths. The first service is as uneven as `square` says, as in [`Waits::busy_period`].
pub(super) fn in_room(load: f64, room: u32, square: f64) -> Waits {
    let room = room.clamp(1, MOST_ROOM);
    let mut fixed = Vec::new();
    let (mut from, mut above) = (0.0, 1.0);
    let first = first_times(square);
    for index in 0..TIMES {
        let time = SHORTEST * libm::exp2(f64::from(index) / TIMES_PER_OCTAVE);
        let upto = above_in_room(load, room, &first, time).clamp(0.0, above);
        if above - upto > RARE {
            fixed.push((0.5 * (from + time), above - upto));
        }
        (from, above) = (time, upto);
        if above < 1e-4 {
            break;
        }
    }
    if let Some(last) = fixed.last_mut() {
        last.1 += above;
    }
    Waits {
        fixed,
        ..Waits::default()
    }
}

/// Probability that one waits for longer than a time.
fn above_in_room(load: f64, room: u32, first: &[(f64, f64)], time: f64) -> f64 {
    let mut sum = 0.0;
    for (index, weight) in STEHFEST.iter().enumerate() {
        let k = index as f64 + 1.0;
        let s = k * core::f64::consts::LN_2 / time;
        sum += weight * (1.0 - transform(load, room, first, s)) / k;
    }
    sum
}

/// Laplace transform of the wait. Who comes when there is room for j more after him waits for a busy period that is cut
/// there: gⱼ = 1/(1 + s + ρ(1 − gⱼ₋₁)). Of those let in the share ρ^−j, to a factor, is such a one.
fn transform(load: f64, room: u32, first: &[(f64, f64)], s: f64) -> f64 {
    let (mut exponent, mut weight, mut all, mut sum) = (s, 1.0, 0.0, 0.0);
    for _ in 0..room {
        all += weight;
        for (share, mean) in first {
            sum += weight * share / (1.0 + mean * exponent);
        }
        if weight < 1e-12 * all {
            break;
        }
        exponent = s + load * exponent / (1.0 + exponent);
        weight /= load;
        if all > 1e200 {
            (all, sum, weight) = (all * 1e-200, sum * 1e-200, weight * 1e-200);
        }
    }
    sum / all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M/M/1: mean 1/(1 − ρ), second moment 2/(1 − ρ)³, and the transform at 1.
    #[test]
    fn a_busy_period_has_its_moments() {
        for load in [0.01, 0.3, 0.7, 0.9, 0.99] {
            let mean = 1.0 / (1.0 - load);
            let law = Waits::busy_period(load, 1.0, 2.0);
            let moment = |power: i32, factor: f64| -> f64 {
                let parts = law.exponential.iter();
                parts
                    .map(|(m, w)| factor * w * libm::pow(*m, f64::from(power)))
                    .sum()
            };
            let square = 2.0 / libm::pow(1.0 - load, 3.0);
            assert!(
                (moment(1, 1.0) / mean - 1.0).abs() < 1e-3,
                "{load} {}",
                moment(1, 1.0)
            );
            assert!(
                (moment(2, 2.0) / square - 1.0).abs() < 1e-3,
                "{load} {}",
                moment(2, 2.0)
            );
            let g: f64 = law.exponential.iter().map(|(m, w)| w / (1.0 + m)).sum();
            let b = 2.0 + load;
            let exact = (b - (b * b - 4.0 * load).sqrt()) / (2.0 * load);
            assert!((g - exact).abs() < 1e-4, "{load} {g} {exact}");
        }
    }

    /// M/G/1 whose first time is uneven: mean 1/(1 − ρ), second moment q/(1 − ρ)² + 2ρ/(1 − ρ)³.
    #[test]
    fn uneven_first_times_have_their_moments() {
        for load in [0.1, 0.5, 0.8, 0.95] {
            for square in [1.2, 2.0, 2.5, 4.0, 8.0] {
                let law = Waits::busy_period(load, 1.0, square);
                let moment = |power: i32, factor: f64| -> f64 {
                    let parts = law.exponential.iter();
                    parts
                        .map(|(m, w)| factor * w * libm::pow(*m, f64::from(power)))
                        .sum()
                };
                if square < 2.0 && load < 0.4 {
                    continue;
                }
                let spare: f64 = 1.0 - load;
                let exact = square / (spare * spare) + 2.0 * load / libm::pow(spare, 3.0);
                assert!(
                    (moment(0, 1.0) - 1.0).abs() < 2e-3,
                    "{load} {square} {}",
                    moment(0, 1.0)
                );
                let mean = moment(1, 1.0) * spare;
                assert!((mean - 1.0).abs() < 0.02, "{load} {square} {mean}");
                let second = moment(2, 2.0) / exact;
                assert!((second - 1.0).abs() < 0.04, "{load} {square} {second}");
            }
        }
    }

    /// With much room it is the busy period; Little's law holds with little: the mean number waiting over the rate.
    #[test]
    fn room_makes_busy_periods_shorter() {
        let law = in_room(0.7, 200, 2.0);
        let free = Waits::busy_period(0.7, 1.0, 2.0);
        for time in [0.1, 0.5, 2.0, 10.0, 40.0] {
            let (a, b) = (law.above(time), free.above(time));
            assert!((a - b).abs() < 0.04 * (1.0 + b), "{time} {a} {b}");
        }
        for (load, room) in [(0.8f64, 4u32), (1.3, 3), (1.0, 10), (1.2, 20)] {
            let law = in_room(load, room, 2.0);
            let weights: Vec<f64> = (0..=room).map(|n| libm::pow(load, f64::from(n))).collect();
            let in_line: f64 = weights.iter().enumerate().map(|(n, w)| n as f64 * w).sum();
            let let_in: f64 = load * weights[..room as usize].iter().sum::<f64>();
            let (found, exact) = (law.mean_until(1e9), in_line / let_in);
            assert!(
                (found / exact - 1.0).abs() < 0.05,
                "{load} {room} {found} {exact}"
            );
        }
    }

    /// Who waits for longer than the cut is left out, and nobody else.
    #[test]
    fn cut_laws_lose_who_would_wait_longer() {
        let law = Waits::busy_period(0.8, 1.0, 2.0);
        let late = law.above(7.0);
        let mean = law.mean_until(7.0) - 7.0 * late;
        let cut = law.cut(7.0);
        let all: f64 = cut.fixed.iter().map(|(_, weight)| weight).sum();
        assert!((all + late - 1.0).abs() < 1e-6);
        assert!((cut.mean_until(7.0) / mean - 1.0).abs() < 0.02);
    }
}
