//! Tokens → expression, by precedence; numbers and truth values are told apart on the way.

use super::token::{Token, TokenKind};
use super::{Formula, FormulaError, Function, Node, Operator};

/// Deepest nesting.
const MAX_DEPTH: u32 = 32;

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With a fraction, as every metric.
    Number,
    /// Without one, as literals and `int(…)`: what a remainder is made of.
    Whole,
    Truth,
}

/// An expression, what it gives, and where it begins.
#[derive(Clone)]
struct Typed {
    node: Node,
    kind: Kind,
    at: usize,
}

/// Parses a whole formula. The last token is the end.
pub(super) fn parse(tokens: &[Token], names: &[Option<&str>]) -> Result<Node, FormulaError> {
    let names = names.get(..Formula::MAX_NAMES).unwrap_or(names);
    let mut parser = Parser {
        tokens,
        names,
        next: 0,
        depth: 0,
        in_condition: false,
    };
    let whole = parser.expression(0)?;
    if *parser.peek() != TokenKind::End {
        return Err(parser.unexpected("the end of the formula or an operator"));
    }
    number(whole)
}

struct Parser<'a> {
    tokens: &'a [Token],
    names: &'a [Option<&'a str>],
    next: usize,
    depth: u32,
    /// Inside the condition of `count`, where `#` stands for the element.
    in_condition: bool,
}

/// Precedences of expr-lang; those of the signs stand between multiplication and power.
const NOT: u32 = 50;
const SIGN: u32 = 90;
const POWER: u32 = 100;

impl Parser<'_> {
    fn peek(&self) -> &TokenKind {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        token.map_or(&TokenKind::End, |token| &token.kind)
    }

    fn at(&self) -> usize {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        token.map_or(0, |token| token.at)
    }

    /// Takes a symbol if it is the next token.
    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), FormulaError> {
        if self.take(symbol) {
            return Ok(());
        }
        Err(self.unexpected(symbol))
    }

    fn unexpected(&self, expected: &str) -> FormulaError {
        let found = match self.peek() {
            TokenKind::End => "the formula ends".to_owned(),
            TokenKind::Symbol(symbol) => format!("found is {symbol}"),
            TokenKind::Word(word) => format!("found is {word}"),
            TokenKind::Number(value) | TokenKind::Whole(value) => format!("found is {value}"),
        };
        self.error_at(self.at(), format!("expected is {expected}, but {found}"))
    }

    fn error_at(&self, at: usize, message: String) -> FormulaError {
        FormulaError { at, message }
    }

    /// An expression of operators that bind at least as tightly as `lowest`; with 0 also a choice.
    fn expression(&mut self, lowest: u32) -> Result<Typed, FormulaError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("it is nested more than {MAX_DEPTH} levels deep");
            return Err(self.error_at(self.at(), message));
        }
        let mut left = self.operand()?;
        while let Some((operator, precedence)) = binary(self.peek()) {
            if precedence < lowest {
                break;
            }
            self.next += 1;
            left = match operator {
                Operator::Power => join(operator, left, self.expression(precedence)?)?,
                _ if orders(operator) => self.chain(operator, precedence, left)?,
                _ => join(operator, left, self.expression(precedence + 1)?)?,
            };
        }
        if lowest == 0 && self.take("?") {
            left = self.choice(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `a < b`, or a chain such as `a < b <= c`, which is `a < b and b <= c`.
    fn chain(
        &mut self,
        mut operator: Operator,
        precedence: u32,
        mut left: Typed,
    ) -> Result<Typed, FormulaError> {
        let mut whole: Option<Typed> = None;
        loop {
            let right = self.expression(precedence + 1)?;
            let link = join(operator, left, right.clone())?;
            let chained = match whole.take() {
                None => link,
                Some(before) => join(Operator::And, before, link)?,
            };
            match binary(self.peek()) {
                Some((next, _)) if orders(next) => {
                    self.next += 1;
                    (operator, left, whole) = (next, right, Some(chained));
                }
                _ => return Ok(chained),
            }
        }
    }

    fn choice(&mut self, condition: Typed) -> Result<Typed, FormulaError> {
        let at = condition.at;
        let condition = truth(condition)?;
        let yes = self.expression(0)?;
        self.expect(":")?;
        let no = self.expression(0)?;
        let (kind, no) = match (yes.kind, no.kind) {
            (Kind::Truth, _) => (Kind::Truth, truth(no)?),
            (Kind::Whole, Kind::Whole) => (Kind::Whole, no.node),
            _ => (Kind::Number, number(no)?),
        };
        let node = Node::Choice(Box::new([condition, yes.node, no]));
        Ok(Typed { node, kind, at })
    }

    /// A value, with the signs before it.
    fn operand(&mut self) -> Result<Typed, FormulaError> {
        let at = self.at();
        let signed = |kind, node| Typed { node, kind, at };
        let numeric = |node| signed(Kind::Number, node);
        if self.take("-") {
            let operand = self.expression(SIGN)?;
            let kind = operand.kind;
            let node = Node::Negated(Box::new(number(operand)?));
            return Ok(signed(kind, node));
        }
        if self.take("+") {
            let operand = self.expression(SIGN)?;
            let kind = operand.kind;
            return number(operand).map(|node| signed(kind, node));
        }
        if self.take("!") {
            return self.negation(at);
        }
        if self.take("(") {
            let inner = self.expression(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.in_condition && self.take("#") {
            return Ok(numeric(Node::Element));
        }
        match self.peek().clone() {
            TokenKind::Number(value) => {
                self.next += 1;
                Ok(numeric(Node::Number(value)))
            }
            TokenKind::Whole(value) => {
                self.next += 1;
                Ok(signed(Kind::Whole, Node::Number(value)))
            }
            TokenKind::Word(word) => {
                self.next += 1;
                self.word(&word, at)
            }
            _ => Err(self.unexpected("a number, a trigger's name or a function")),
        }
    }

    fn negation(&mut self, at: usize) -> Result<Typed, FormulaError> {
        let operand = truth(self.expression(NOT)?)?;
        Ok(Typed {
            node: Node::Not(Box::new(operand)),
            kind: Kind::Truth,
            at,
        })
    }

    /// A name, a function with its arguments, or `not`, `true`, `false`. Names of triggers come first, unless a
    /// parenthesis follows.
    fn word(&mut self, word: &str, at: usize) -> Result<Typed, FormulaError> {
        let truth = |value| Typed {
            node: Node::Number(value),
            kind: Kind::Truth,
            at,
        };
        let numeric = |node| Typed {
            node,
            kind: Kind::Number,
            at,
        };
        match word {
            "not" => return self.negation(at),
            "true" => return Ok(truth(1.0)),
            "false" => return Ok(truth(0.0)),
            _ => {}
        }
        if self.take("(") {
            let (kind, node) = if word == "count" {
                (Kind::Whole, self.count()?)
            } else {
                self.call(word, at)?
            };
            return Ok(Typed { node, kind, at });
        }
        if let Some(index) = self.names.iter().position(|name| *name == Some(word)) {
            return Ok(numeric(Node::Name(index)));
        }
        let known: Vec<&str> = self.names.iter().flatten().copied().collect();
        let message = if known.is_empty() {
            format!("no trigger is named {word}; name the triggers that the formula uses")
        } else {
            format!("no trigger is named {word}; there are {}", known.join(", "))
        };
        Err(self.error_at(at, message))
    }

    /// The rest of a function after its parenthesis.
    fn call(&mut self, name: &str, at: usize) -> Result<(Kind, Node), FormulaError> {
        let Some((function, arguments)) = function(name) else {
            let message = format!(
                "{name} is not possible; min, max, sum, mean, median, count, abs, ceil, floor, round, int and float are"
            );
            return Err(self.error_at(at, message));
        };
        let mut values = Vec::new();
        let listed = matches!(self.peek(), TokenKind::Symbol("["));
        let mut given = Kind::Number;
        loop {
            if arguments != Arguments::One && matches!(self.peek(), TokenKind::Symbol("[")) {
                self.list(&mut values)?;
            } else {
                let value = self.expression(0)?;
                given = value.kind;
                values.push(number(value)?);
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        let fits = match arguments {
            Arguments::One => values.len() == 1,
            Arguments::List => listed,
            Arguments::Any => true,
        };
        if !fits {
            let expected = match arguments {
                Arguments::List => "a list, as in sum([a, b])",
                _ => "one value",
            };
            let message = format!("{name} takes {expected}");
            return Err(self.error_at(at, message));
        }
        let kind = match function {
            Function::Int => Kind::Whole,
            Function::Abs => given,
            _ => Kind::Number,
        };
        Ok((kind, Node::Call(function, values)))
    }

    /// The rest of `count([a, b], {# > 1})` after its parenthesis.
    fn count(&mut self) -> Result<Node, FormulaError> {
        let mut values = Vec::new();
        self.list(&mut values)?;
        self.expect(",")?;
        if self.in_condition {
            let message = "a count inside the condition of another is not possible".to_owned();
            return Err(self.error_at(self.at(), message));
        }
        self.in_condition = true;
        let braces = self.take("{");
        let condition = truth(self.expression(0)?)?;
        if braces {
            self.expect("}")?;
        }
        self.in_condition = false;
        self.expect(")")?;
        Ok(Node::Count(values, Box::new(condition)))
    }

    fn list(&mut self, values: &mut Vec<Node>) -> Result<(), FormulaError> {
        self.expect("[")?;
        loop {
            values.push(number(self.expression(0)?)?);
            if !self.take(",") {
                break;
            }
        }
        self.expect("]")
    }
}

fn binary(token: &TokenKind) -> Option<(Operator, u32)> {
    let name = match token {
        TokenKind::Symbol(symbol) => *symbol,
        TokenKind::Word(word) => word.as_str(),
        TokenKind::Number(_) | TokenKind::Whole(_) | TokenKind::End => return None,
    };
    Some(match name {
        "||" | "or" => (Operator::Or, 10),
        "&&" | "and" => (Operator::And, 15),
        "==" => (Operator::Equal, 20),
        "!=" => (Operator::NotEqual, 20),
        "<" => (Operator::Less, 20),
        "<=" => (Operator::LessOrEqual, 20),
        ">" => (Operator::Greater, 20),
        ">=" => (Operator::GreaterOrEqual, 20),
        "+" => (Operator::Add, 30),
        "-" => (Operator::Subtract, 30),
        "*" => (Operator::Multiply, 60),
        "/" => (Operator::Divide, 60),
        "%" => (Operator::Remainder, 60),
        "**" | "^" => (Operator::Power, POWER),
        _ => return None,
    })
}

/// Whether an operator holds two numbers against each other by their size.
fn orders(operator: Operator) -> bool {
    use Operator::{Greater, GreaterOrEqual, Less, LessOrEqual};
    matches!(operator, Less | LessOrEqual | Greater | GreaterOrEqual)
}

/// How a function takes its values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arguments {
    One,
    List,
    /// Values or lists.
    Any,
}

fn function(name: &str) -> Option<(Function, Arguments)> {
    Some(match name {
        "abs" => (Function::Abs, Arguments::One),
        "ceil" => (Function::Ceil, Arguments::One),
        "floor" => (Function::Floor, Arguments::One),
        "round" => (Function::Round, Arguments::One),
        "int" => (Function::Int, Arguments::One),
        "float" => (Function::Float, Arguments::One),
        "min" => (Function::Min, Arguments::Any),
        "max" => (Function::Max, Arguments::Any),
        "mean" => (Function::Mean, Arguments::Any),
        "median" => (Function::Median, Arguments::Any),
        "sum" => (Function::Sum, Arguments::List),
        _ => return None,
    })
}

fn join(operator: Operator, left: Typed, right: Typed) -> Result<Typed, FormulaError> {
    let at = left.at;
    let (operands, kind) = match operator {
        Operator::Or | Operator::And => ([truth(left)?, truth(right)?], Kind::Truth),
        Operator::Equal | Operator::NotEqual if left.kind == Kind::Truth => {
            ([left.node, truth(right)?], Kind::Truth)
        }
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => ([number(left)?, number(right)?], Kind::Truth),
        Operator::Remainder => ([whole(left)?, whole(right)?], Kind::Whole),
        Operator::Add | Operator::Subtract | Operator::Multiply
            if (left.kind, right.kind) == (Kind::Whole, Kind::Whole) =>
        {
            ([left.node, right.node], Kind::Whole)
        }
        Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide
        | Operator::Power => ([number(left)?, number(right)?], Kind::Number),
    };
    let node = Node::Binary(operator, Box::new(operands));
    Ok(Typed { node, kind, at })
}

fn number(typed: Typed) -> Result<Node, FormulaError> {
    let is_number = matches!(typed.kind, Kind::Number | Kind::Whole);
    const WORDS: &str = "this is true or false, but a number is expected; write condition ? 1 : 0";
    if_so(is_number, typed, WORDS)
}

fn whole(typed: Typed) -> Result<Node, FormulaError> {
    let is_whole = matches!(typed.kind, Kind::Whole);
    if_so(
        is_whole,
        typed,
        "% takes whole numbers; write int(…) around a metric",
    )
}

fn truth(typed: Typed) -> Result<Node, FormulaError> {
    let is_truth = matches!(typed.kind, Kind::Truth);
    const WORDS: &str = "this is a number, but a condition is expected, such as a > 0";
    if_so(is_truth, typed, WORDS)
}

/// What was read, if it is of the kind that belongs here; else these words about it.
fn if_so(is_right: bool, typed: Typed, words: &str) -> Result<Node, FormulaError> {
    if is_right {
        return Ok(typed.node);
    }
    Err(FormulaError {
        at: typed.at,
        message: words.to_owned(),
    })
}
