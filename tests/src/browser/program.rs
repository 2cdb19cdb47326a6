//! A program that runs beside a test and ends with it.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

/// A running program that has said what it had to say.
pub struct Program {
    child: RefCell<Child>,
    answer: String,
}

impl Program {
    /// Starts a program and waits for the line in which `find` finds its answer.
    pub fn start(mut command: Command, find: impl Fn(&str) -> Option<String>) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let mut lines = BufReader::new(child.stdout.take().expect("a piped output")).lines();
        let answer = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| find(&line));
        // Read on, or the program would stop at a full pipe.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let Some(answer) = answer else {
            child.kill().ok();
            panic!("{command:?} ended without saying where it listens");
        };
        Self {
            child: RefCell::new(child),
            answer,
        }
    }

    /// What it said.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.borrow().id()
    }

    /// Ends it.
    pub fn stop(&self) {
        // It may have ended by itself.
        let mut child = self.child.borrow_mut();
        child.kill().ok();
        child.wait().ok();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}
