//! The currency that money is shown in. Documents, prices and results are in US dollars; this changes only what people read.

use std::cell::RefCell;

/// Symbols are no longer than this.
pub const LONGEST_SYMBOL: usize = 4;

/// A currency to show money in.
#[derive(Clone, Debug, PartialEq)]
pub struct Currency {
    /// What stands before amounts, such as "€" or "CHF".
    pub symbol: String,
    /// What a US dollar is in it; above zero.
    pub per_usd: f64,
}

impl Default for Currency {
    /// US dollars.
    fn default() -> Self {
        Self {
            symbol: "$".to_owned(),
            per_usd: 1.0,
        }
    }
}

impl Currency {
    /// A currency by its symbol and rate.
    ///
    /// # Errors
    /// The symbol is empty or longer than [`LONGEST_SYMBOL`] letters, or the rate is not between a millionth and a
    /// million: says so, and what would do.
    pub fn new(symbol: &str, per_usd: f64) -> Result<Self, String> {
        let symbol = symbol.trim();
        let letters = symbol.chars().count();
        if letters == 0 || letters > LONGEST_SYMBOL {
            return Err(format!(
                "the symbol has {letters} letters; write 1 to {LONGEST_SYMBOL}, such as € or CHF"
            ));
        }
        if symbol.chars().any(|letter| letter.is_ascii_digit()) {
            return Err(
                "a symbol with digits would be read as an amount; write € or CHF".to_owned(),
            );
        }
        if !(1e-6..=1e6).contains(&per_usd) {
            return Err(format!(
                "a rate of {per_usd} cannot be; write what one US dollar is, such as 0.92"
            ));
        }
        Ok(Self {
            symbol: symbol.to_owned(),
            per_usd,
        })
    }

    /// What stands before an amount: a word keeps its distance.
    pub fn prefix(&self) -> String {
        let is_word = self.symbol.chars().all(char::is_alphabetic);
        let space = if is_word { "\u{a0}" } else { "" };
        format!("{}{space}", self.symbol)
    }

    /// How the amounts are to be read; nothing for US dollars.
    pub fn note(&self) -> Option<String> {
        (*self != Self::default()).then(|| {
            format!(
                "Money is shown in {}, at {} for a US dollar; the scenario and its prices are in US dollars",
                self.symbol, self.per_usd
            )
        })
    }
}

thread_local! {
    static SHOWN: RefCell<Currency> = RefCell::default();
}

/// Shows money in this currency from now on, in this thread.
pub fn show_in(currency: Currency) {
    SHOWN.set(currency);
}

/// The currency that money is shown in.
pub fn shown() -> Currency {
    SHOWN.with_borrow(Currency::clone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scale::Scale;
    use crate::format;

    #[test]
    fn amounts_and_ticks_are_of_the_currency() {
        show_in(Currency::new("€", 0.5).expect("a currency"));
        assert_eq!(format::money(1000.0), "€500");
        assert_eq!(format::money(-24.0), "−€12.00");
        assert_eq!(format::money_short(184_200.0), "€92.1k");
        // Round in the currency, in place in dollars.
        assert_eq!(
            Scale::new((0.0, 600.0), (0.0, 1.0)).money_ticks(3),
            [0.0, 200.0, 400.0, 600.0]
        );
        show_in(Currency::new("CHF", 2.0).expect("a currency"));
        assert_eq!(format::money(100.0), "CHF\u{a0}200");
        assert!(shown().note().is_some());
        show_in(Currency::default());
        assert_eq!(
            (format::money(100.0).as_str(), shown().note()),
            ("$100", None)
        );
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        for (symbol, rate) in [
            ("", 1.0),
            ("Euros", 1.0),
            ("€1", 1.0),
            ("€", 0.0),
            ("€", f64::NAN),
            ("€", -1.0),
            ("€", 1e9),
        ] {
            assert!(Currency::new(symbol, rate).is_err(), "{symbol} {rate}");
        }
    }
}
