//! Sizes: what a pod asks for, what a node has to give.

/// CPU and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Processors, in thousandths.
    pub millicores: u32,
    /// Memory in MiB.
    pub mib: u32,
}

impl Size {
    /// Whether it fits into `room`.
    pub fn fits(self, room: Size) -> bool {
        self.millicores <= room.millicores && self.mib <= room.mib
    }

    /// What is left of it when `part` is taken away; nothing below zero.
    #[must_use]
    pub fn less(self, part: Size) -> Size {
        Size {
            millicores: self.millicores.saturating_sub(part.millicores),
            mib: self.mib.saturating_sub(part.mib),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Size) -> Size {
        Size {
            millicores: self.millicores.saturating_add(other.millicores),
            mib: self.mib.saturating_add(other.mib),
        }
    }

    /// `count` of them.
    #[must_use]
    pub fn times(self, count: u32) -> Size {
        Size {
            millicores: self.millicores.saturating_mul(count),
            mib: self.mib.saturating_mul(count),
        }
    }

    /// How many of it fit into `room`.
    pub fn count_in(self, room: Size) -> u32 {
        let by_cpu = room.millicores / self.millicores.max(1);
        by_cpu.min(room.mib / self.mib.max(1))
    }
}
