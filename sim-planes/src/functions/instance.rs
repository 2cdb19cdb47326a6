//! Instances by their slot. A slot whose instance has ended is given to the next one that starts.

/// An instance that exists.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// When it was asked for, seconds.
    pub created_s: f64,
    /// When it ends if no further request comes; meaningful while it serves none.
    pub expires_s: f64,
    /// When it will be looked at again; infinity for never.
    pub looked_at_s: f64,
    /// Requests it holds.
    pub in_flight: u32,
    /// Whether it was started beforehand and never ends.
    pub provisioned: bool,
}

/// All instances.
#[derive(Clone, Debug, Default)]
pub struct Instances {
    slots: Vec<Instance>,
    free: Vec<u32>,
}

impl Instances {
    /// Adds an instance without requests; its slot.
    pub fn add(&mut self, created_s: f64, provisioned: bool) -> u32 {
        let instance = Instance {
            created_s,
            expires_s: f64::INFINITY,
            looked_at_s: f64::INFINITY,
            in_flight: 0,
            provisioned,
        };
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = instance;
                slot
            }
            None => {
                self.slots.push(instance);
                (self.slots.len() - 1) as u32
            }
        }
    }

    /// The instance of a slot ends.
    pub fn end(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// The instance of a slot.
    #[inline]
    pub fn at(&mut self, slot: u32) -> &mut Instance {
        &mut self.slots[slot as usize]
    }
}
