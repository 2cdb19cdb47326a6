//! A model with constants, what is known of it, and how it is sampled.

use super::cases;
use super::cases::{Nights, Visits};
use super::family::Family;
use super::instances::{FunctionReading, FunctionStation};
use super::oracle::{Oracle, Value};
use super::station::{Reading, Station};
use super::tide::Tide;

/// A value for each oracle of a case.
pub type Sample = Vec<Value>;

/// What a case is.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its short name, which never changes: it also names the case's random numbers.
    pub id: &'static str,
    /// Its group.
    pub family: Family,
    /// What is simulated, in the field's notation.
    pub subject: String,
    /// What it shows, in plain words.
    pub shows: &'static str,
    /// Whose result the expected values are, and where they are printed.
    pub source: &'static str,
}

/// How long a case is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Independent samples.
    pub samples: u32,
    /// Expected arrivals of each sample, after those that let it forget its empty start.
    pub arrivals: f64,
}

/// A model whose figures are known.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is.
    pub about: About,
    /// Independent samples of a run.
    pub samples: u32,
    /// Requests that one sample simulates, about; 0 for rules without requests.
    pub requests: f64,
    /// The figures that are known.
    pub oracles: Vec<Oracle>,
    experiment: Experiment,
}

/// What a case does for a sample.
#[derive(Clone, Debug)]
enum Experiment {
    /// Plays queues under constant load and reads some figures of each.
    Stations(Vec<(Station, Vec<Reading>)>, Effort),
    /// Plays functions under constant load and reads some figures of each.
    Functions(Vec<(FunctionStation, Vec<FunctionReading>)>),
    /// Plays a load that rises and falls.
    Tide(Tide),
    /// Counts the arrivals of piecewise constant rates.
    Steps(cases::Steps),
    /// Plays runs of batch jobs.
    Nights(Nights),
    Visits(Visits),
    /// Makes small studies.
    Studies(MakeStudies),
    /// Applies rules, without chance.
    Rules(fn() -> Sample),
}

/// A sample of studies, from a seed, its index and the number of the case's streams.
type MakeStudies = fn(u64, u32, u32) -> Sample;

impl Case {
    /// Queues under constant load: each with the oracles that it answers and how.
    pub(super) fn of_stations(
        about: About,
        effort: Effort,
        stations: Vec<(Station, Vec<(Oracle, Reading)>)>,
    ) -> Self {
        let requests = stations
            .iter()
            .map(|(station, _)| station.requests(effort.arrivals));
        let requests = requests.sum();
        let mut oracles = Vec::new();
        let split = |(station, known): (Station, Vec<(Oracle, Reading)>)| {
            let (own, readings): (Vec<Oracle>, Vec<Reading>) = known.into_iter().unzip();
            oracles.extend(own);
            (station, readings)
        };
        let stations = stations.into_iter().map(split).collect();
        Self {
            about,
            samples: effort.samples,
            requests,
            oracles,
            experiment: Experiment::Stations(stations, effort),
        }
    }

    /// Functions under constant load: each with the oracles that it answers and how.
    pub(super) fn of_functions(
        about: About,
        samples: u32,
        stations: Vec<(FunctionStation, Vec<(Oracle, FunctionReading)>)>,
    ) -> Self {
        let requests = stations.iter().map(|(station, _)| station.requests()).sum();
        let mut oracles = Vec::new();
        let split = |(station, known): (FunctionStation, Vec<(Oracle, FunctionReading)>)| {
            let (own, readings): (Vec<Oracle>, Vec<FunctionReading>) = known.into_iter().unzip();
            oracles.extend(own);
            (station, readings)
        };
        let stations = stations.into_iter().map(split).collect();
        Self {
            about,
            samples,
            requests,
            oracles,
            experiment: Experiment::Functions(stations),
        }
    }

    /// A load that rises and falls; the oracles are mean, amplitude and lag.
    pub(super) fn of_tide(about: About, samples: u32, tide: Tide, oracles: [Oracle; 3]) -> Self {
        Self {
            about,
            samples,
            requests: tide.requests(),
            oracles: oracles.into(),
            experiment: Experiment::Tide(tide),
        }
    }

    /// Arrivals of piecewise constant rates; an oracle for each of the steps, then the dispersion of the first.
    pub(super) fn of_steps(
        about: About,
        samples: u32,
        steps: cases::Steps,
        oracles: Vec<Oracle>,
    ) -> Self {
        Self {
            about,
            samples,
            requests: steps.requests(),
            oracles,
            experiment: Experiment::Steps(steps),
        }
    }

    /// Runs of batch jobs; each job with the oracles that it answers and how.
    pub(super) fn of_nights(
        about: About,
        samples: u32,
        nights: Nights,
        oracles: Vec<Oracle>,
    ) -> Self {
        Self {
            about,
            samples,
            requests: 0.0,
            oracles,
            experiment: Experiment::Nights(nights),
        }
    }

    /// Caches that are asked again and again; oracles of the hits of each, then of what came during fetches that take time.
    pub(super) fn of_visits(
        about: About,
        samples: u32,
        visits: Visits,
        oracles: Vec<Oracle>,
    ) -> Self {
        Self {
            about,
            samples,
            requests: visits.requests(),
            oracles,
            experiment: Experiment::Visits(visits),
        }
    }

    /// Small studies of systems whose truth is known.
    pub(super) fn of_studies(
        about: About,
        samples: u32,
        oracles: Vec<Oracle>,
        studies: MakeStudies,
    ) -> Self {
        Self {
            about,
            samples,
            requests: 0.0,
            oracles,
            experiment: Experiment::Studies(studies),
        }
    }

    /// Rules without chance.
    pub(super) fn of_rules(about: About, oracles: Vec<Oracle>, rules: fn() -> Sample) -> Self {
        Self {
            about,
            samples: 1,
            requests: 0.0,
            oracles,
            experiment: Experiment::Rules(rules),
        }
    }

    /// Sample number `index` of a run: a pure function, about 10 to 60 ms of work.
    pub fn sample(&self, seed: u64, index: u32) -> Sample {
        let component = stream_number(self.about.id);
        match &self.experiment {
            Experiment::Stations(stations, effort) => {
                let play = |(place, (station, readings)): (u32, &(Station, Vec<Reading>))| {
                    let own = component.wrapping_add(place);
                    let run = station.play(effort.arrivals, seed, index, own);
                    readings
                        .iter()
                        .map(move |read| Value::Number(read(&run)))
                        .collect::<Sample>()
                };
                (0..).zip(stations).flat_map(play).collect()
            }
            Experiment::Functions(stations) => {
                let play = |(place, (station, readings)): (
                    u32,
                    &(FunctionStation, Vec<FunctionReading>),
                )| {
                    let run = station.play(seed, index, component.wrapping_add(place));
                    readings
                        .iter()
                        .map(move |read| Value::Number(read(&run)))
                        .collect::<Sample>()
                };
                (0..).zip(stations).flat_map(play).collect()
            }
            Experiment::Tide(tide) => tide.play(seed, index, component).map(Value::Number).into(),
            Experiment::Steps(steps) => {
                let figures = steps.play(seed, index, component);
                figures.into_iter().map(Value::Number).collect()
            }
            Experiment::Nights(nights) => {
                let figures = nights.play(seed, index);
                figures.into_iter().map(Value::Number).collect()
            }
            Experiment::Visits(visits) => {
                let figures = visits.play(seed, index, component);
                figures.into_iter().map(Value::Number).collect()
            }
            Experiment::Studies(studies) => studies(seed, index, component),
            Experiment::Rules(rules) => rules(),
        }
    }

    /// Whether a text names the case: its id, the beginning of its id up to a dash, or a part of its words or of its
    /// group's; in small or capital letters.
    pub fn matches(&self, text: &str) -> bool {
        let wanted = text.to_ascii_lowercase();
        let id = self.about.id.to_ascii_lowercase();
        let named = id
            .strip_prefix(&wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let words = [&self.about.subject, self.about.family.title()];
        let figures = self.oracles.iter().map(|oracle| oracle.figure.as_str());
        let mut words = words.into_iter().chain(figures);
        named || words.any(|words| words.to_ascii_lowercase().contains(&wanted))
    }
}

/// The number of a case in the names of random streams: FNV-1a of its id, so that new cases leave the numbers of
/// old ones as they were.
fn stream_number(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// An oracle of a station, and how it is read from a run.
pub(super) fn read(oracle: Oracle, reading: Reading) -> (Oracle, Reading) {
    (oracle, reading)
}
