//! The formula of scaling modifiers: a small expression over the names of triggers.
//!
//! Source: KEDA compiles formulas with expr-lang/expr; this is the part of that language that makes numbers out of
//! numbers, with its precedences:
//!
//! ```text
//!   c ? a : b    lowest, right to left       || or    && and    == != < <= > >=    + -    ! not    * / %
//!   ** ^         highest, right to left, above the sign: -2 ** 2 = -4
//!   min max mean median (numbers or lists), sum(list), abs ceil floor round int float
//!   count([a, b], {# > 1})                   how many of the list fulfil the condition
//! ```
//!
//! Numbers and truth values are told apart before anything runs; the result is a number. `%` takes whole numbers, as
//! expr's: `int(a) % 10`. Comparisons may be chained: `1 < a < 5`. `??` is not part of it: a missing metric has no value
//! here.

mod evaluate;
mod parse;
mod token;

use core::fmt;

/// Longest formula, characters.
pub const MAX_FORMULA_CHARS: usize = 500;

/// A compiled formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Node,
}

impl Formula {
    /// Most names of a formula: a ScaledObject may have no more triggers.
    pub const MAX_NAMES: usize = 16;

    /// Compiles a formula over names; `None` stands for a trigger without one, or whose value no formula sees (CPU).
    ///
    /// # Errors
    /// What is wrong and where: a name that no trigger has, an operator or function that is not known, a truth value
    /// in place of a number, nesting that is too deep, a text that is too long.
    pub fn compile(text: &str, names: &[Option<&str>]) -> Result<Self, FormulaError> {
        if text.chars().count() > MAX_FORMULA_CHARS {
            let message = format!("it is longer than {MAX_FORMULA_CHARS} characters");
            return Err(FormulaError { at: 0, message });
        }
        let tokens = token::split(text)?;
        parse::parse(&tokens, names).map(|root| Self { root })
    }

    /// The value for these values of the names, in the order of [`Self::compile`]; a name beyond them is 0.
    pub fn evaluate(&self, values: &[f64]) -> f64 {
        evaluate::evaluate(&self.root, values, 0.0)
    }
}

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    /// Position of the character where it is wrong, 0 = the first.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at + 1, self.message)
    }
}

impl core::error::Error for FormulaError {}

/// An expression. Truth values are 1 and 0.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    /// The value of a name.
    Name(usize),
    /// The element under test: `#`.
    Element,
    Negated(Box<Node>),
    Not(Box<Node>),
    Binary(Operator, Box<[Node; 2]>),
    /// Condition, then, else.
    Choice(Box<[Node; 3]>),
    Call(Function, Vec<Node>),
    /// List and condition.
    Count(Vec<Node>, Box<Node>),
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// Functions of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Abs,
    Ceil,
    Floor,
    Round,
    Int,
    Float,
    Min,
    Max,
    Sum,
    Mean,
    Median,
}
