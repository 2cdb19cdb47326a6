//! Expression → number.

use super::{Function, Node, Operator};

/// The value of an expression; `element` is what `#` stands for.
pub(super) fn evaluate(node: &Node, values: &[f64], element: f64) -> f64 {
    let of = |node: &Node| evaluate(node, values, element);
    match node {
        Node::Number(value) => *value,
        Node::Name(index) => values.get(*index).copied().unwrap_or(0.0),
        Node::Element => element,
        Node::Negated(operand) => -of(operand),
        Node::Not(operand) => as_number(!is_true(of(operand))),
        Node::Binary(operator, operands) => {
            let [left, right] = &**operands;
            binary(*operator, of(left), of(right))
        }
        Node::Choice(parts) => {
            let [condition, yes, no] = &**parts;
            of(if is_true(of(condition)) { yes } else { no })
        }
        Node::Call(function, arguments) => call(*function, arguments, of),
        Node::Count(list, condition) => {
            let fulfils = |item: &&Node| is_true(evaluate(condition, values, of(item)));
            list.iter().filter(fulfils).count() as f64
        }
    }
}

fn is_true(value: f64) -> bool {
    value != 0.0
}

fn as_number(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

fn binary(operator: Operator, left: f64, right: f64) -> f64 {
    match operator {
        Operator::Or => as_number(is_true(left) || is_true(right)),
        Operator::And => as_number(is_true(left) && is_true(right)),
        Operator::Equal => as_number(left == right),
        Operator::NotEqual => as_number(left != right),
        Operator::Less => as_number(left < right),
        Operator::LessOrEqual => as_number(left <= right),
        Operator::Greater => as_number(left > right),
        Operator::GreaterOrEqual => as_number(left >= right),
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        // With the sign of what is divided, as Go's.
        Operator::Remainder => left % right,
        Operator::Power => libm::pow(left, right),
    }
}

/// A function of at least one argument.
fn call(function: Function, arguments: &[Node], of: impl Fn(&Node) -> f64) -> f64 {
    let first = arguments.first().map_or(0.0, &of);
    let rest = arguments.iter().skip(1).map(&of);
    let sum = || arguments.iter().map(&of).sum::<f64>();
    match function {
        Function::Abs => first.abs(),
        Function::Ceil => first.ceil(),
        Function::Floor => first.floor(),
        // Half away from zero, as Go's.
        Function::Round => first.round(),
        Function::Int => first.trunc(),
        Function::Float => first,
        Function::Min => rest.fold(
            first,
            |least, value| if value < least { value } else { least },
        ),
        Function::Max => rest.fold(first, |most, value| if value > most { value } else { most }),
        Function::Sum => sum(),
        Function::Mean => sum() / arguments.len() as f64,
        Function::Median => median(arguments.iter().map(&of).collect()),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
    if values.len() % 2 == 1 {
        at(middle)
    } else {
        (at(middle.saturating_sub(1)) + at(middle)) / 2.0
    }
}
