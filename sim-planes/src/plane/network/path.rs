//! Where the time of a request went, on the path that decided how long it took.
//!
//! A call's path is its waits, its own service and the paths of the calls it waited for, the last to answer of those
//! made together: so waits and service of the path sum to the latency.

/// Waits and service of a path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Path {
    /// All waiting; with it what failed attempts and the pauses after them took.
    pub(super) wait_s: f64,
    /// All own service, of attempts that did not fail.
    pub(super) service_s: f64,
    longest_wait_s: f64,
    longest_service_s: f64,
    wait_at: u16,
    service_at: u16,
}

impl Path {
    /// A path that is to come, at `station`.
    #[inline]
    pub(super) fn new(station: u16) -> Self {
        Self {
            wait_at: station,
            service_at: station,
            ..Self::default()
        }
    }

    /// A wait at a station.
    #[inline]
    pub(super) fn wait(&mut self, wait_s: f64, station: u16) {
        self.wait_s += wait_s;
        if wait_s > self.longest_wait_s {
            self.longest_wait_s = wait_s;
            self.wait_at = station;
        }
    }

    /// Own service of a station.
    #[inline]
    pub(super) fn serve(&mut self, service_s: f64, station: u16) {
        self.serve_part(service_s, service_s, station);
    }

    /// Own service of a station, `whole_s` in all, of which so much is over.
    #[inline]
    pub(super) fn serve_part(&mut self, over_s: f64, whole_s: f64, station: u16) {
        self.service_s += over_s;
        if whole_s > self.longest_service_s {
            self.longest_service_s = whole_s;
            self.service_at = station;
        }
    }

    /// Another path comes after this one.
    #[inline]
    pub(super) fn then(&mut self, next: &Self) {
        self.wait_s += next.wait_s;
        self.service_s += next.service_s;
        if next.longest_wait_s > self.longest_wait_s {
            self.longest_wait_s = next.longest_wait_s;
            self.wait_at = next.wait_at;
        }
        self.see_service_of(next);
    }

    /// Another path goes on beside this one: its service may be the longest, too.
    #[inline]
    pub(super) fn see_service_of(&mut self, other: &Self) {
        if other.longest_service_s > self.longest_service_s {
            self.longest_service_s = other.longest_service_s;
            self.service_at = other.service_at;
        }
    }

    /// The attempt failed at a station, and another follows after a pause: what it took was in vain.
    pub(super) fn start_anew(&mut self, pause_s: f64, failed_at: u16) {
        let lost_s = self.service_s + pause_s;
        self.service_s = 0.0;
        self.longest_service_s = 0.0;
        self.wait(lost_s, failed_at);
    }

    /// Who is to blame that the path took longer than `limit_s`, and whether that is its service, of which `needed_s` is
    /// known.
    #[inline]
    pub(super) fn blame(&self, limit_s: f64, needed_s: f64) -> (u16, bool) {
        let in_service = needed_s > limit_s;
        let by_service = in_service || self.longest_wait_s <= 0.0;
        let at = if by_service {
            self.service_at
        } else {
            self.wait_at
        };
        (at, in_service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_is_to_blame_unless_service_alone_is_too_long() {
        let mut caller = Path::new(0);
        caller.wait(0.1, 0);
        caller.serve(0.4, 0);
        let mut called = Path::new(1);
        called.wait(0.3, 1);
        called.serve(0.5, 1);
        caller.then(&called);
        assert!((caller.wait_s - 0.4).abs() < 1e-12 && (caller.service_s - 0.9).abs() < 1e-12);
        assert_eq!(caller.blame(1.0, 0.9), (1, false));
        assert_eq!(caller.blame(0.8, 0.9), (1, true));
        // A failure at station 2 lost all of it, and a pause.
        caller.start_anew(0.2, 2);
        assert_eq!(caller.service_s, 0.0);
        assert!((caller.wait_s - 1.5).abs() < 1e-12);
        assert_eq!(caller.blame(1.0, 0.0), (2, false));
    }
}
