//! What other simulators reach.
//!
//! Measured on two shared cores of a cloud machine (AMD EPYC) in November 2026, single runs, about ± 40 %; unless it
//! says that the project itself published the figure. Units are those of the row.

/// Another simulator's figure.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its name and version.
    pub name: &'static str,
    /// The figure, or the range that was seen.
    pub figure: &'static str,
}

const fn peer(name: &'static str, figure: &'static str) -> Peer {
    Peer { name, figure }
}

/// M/M/10 at load 0.8, customers per second of processor time.
pub const MM10: &[Peer] = &[
    peer("NeXosim 1.0", "0.60 M (wall)"),
    peer("Python heap", "0.52–0.55 M"),
    peer("SimPy 4.1.2", "41–54 k"),
    peer("Ciw 3.2.7", "20–27 k"),
];

/// The README example of SimFaaS, invocations per second.
pub const FAAS: &[Peer] = &[
    peer("dslab-faas", "0.38–0.64 M (wall)"),
    peer("SimFaaS 0.2.2", "12–53 k"),
];

/// Ticks of an autoscaled service per second.
pub const TICKS: &[Peer] = &[peer("scalings.xyz", "0.26–0.57 M")];
