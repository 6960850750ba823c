//! When a payment is suspicious: each rule can be said in a sentence with its figures, and names no customer.

use super::PaymentRules;
use crate::model::{Code, Fact, Reason};

/// What is known of a customer, and of a method, when a payment comes.
#[derive(Clone, Debug, Default)]
pub struct PaymentFacts<'a> {
    /// Payments that this customer began within the window, this one too.
    pub begun: usize,
    /// That failed within the window, this one too.
    pub failed: usize,
    /// What came before in the same currency, completed.
    pub amounts: &'a [f64],
    /// This one's amount as a number, and as it is written.
    pub amount: Option<(f64, String)>,
    pub currency: Option<&'a str>,
    pub country: Option<&'a str>,
    /// The customer's payments so far by country.
    pub countries: &'a [(String, u64)],
    pub method: Option<&'a str>,
    /// Payments by this method so far: all, and from this country.
    pub of_method: (u64, u64),
}

/// Begun: are there too many at once?
pub fn begun(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Option<Reason> {
    (facts.begun > rules.velocity).then(|| {
        Reason::new(Code::PaymentVelocity)
            .with("count", Fact::Count(facts.begun as u64))
            .with("window_s", Fact::Seconds(rules.velocity_window_s))
            .with("threshold", Fact::Count(rules.velocity as u64))
    })
}

/// Failed: once more?
pub fn failed(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Option<Reason> {
    (facts.failed >= rules.failures).then(|| {
        Reason::new(Code::RepeatedFailures)
            .with("count", Fact::Count(facts.failed as u64))
            .with("window_s", Fact::Seconds(rules.failures_window_s))
    })
}

/// Completed: is it far from what is usual?
pub fn completed(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Vec<Reason> {
    [amount(facts, rules), country(facts, rules), abroad(facts, rules)].into_iter().flatten().collect()
}

fn amount(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Option<Reason> {
    let (amount, written) = facts.amount.as_ref()?;
    if facts.amounts.len() < rules.least_known {
        return None;
    }
    let mut known = facts.amounts.to_vec();
    known.sort_by(f64::total_cmp);
    let usual = known[known.len() / 2];
    (usual > 0.0 && *amount > usual * rules.amount_factor).then(|| {
        Reason::new(Code::AmountUnusual)
            .text("amount", written.as_str())
            .text("currency", facts.currency.unwrap_or_default())
            .with("times", Fact::Count((amount / usual) as u64))
            .with("known", Fact::Count(known.len() as u64))
    })
}

fn country(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Option<Reason> {
    let country = facts.country?;
    let known: u64 = facts.countries.iter().map(|(_, n)| n).sum();
    if known < rules.least_known as u64 || facts.countries.iter().any(|(c, _)| c == country) {
        return None;
    }
    let (usual, _) = facts.countries.iter().max_by_key(|(_, n)| *n)?;
    Some(Reason::new(Code::CountryUnusual).text("country", country).text("usual", usual.as_str()))
}

fn abroad(facts: &PaymentFacts<'_>, rules: &PaymentRules) -> Option<Reason> {
    let (country, method) = (facts.country?, facts.method?);
    let (all, here) = facts.of_method;
    (all >= rules.least_of_method && here == 0)
        .then(|| Reason::new(Code::MethodAbroad).text("method", method).text("country", country).with("known", Fact::Count(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PaymentRules {
        PaymentRules::default()
    }

    #[test]
    fn too_many_at_once_are_told_with_the_limit() {
        let facts = |begun| PaymentFacts { begun, ..PaymentFacts::default() };
        assert_eq!(begun(&facts(5), &rules()), None);
        let told = begun(&facts(6), &rules()).unwrap();
        assert_eq!(crate::text::sentence(&told), "6 payments of one customer in 60 s, over 5");
    }

    #[test]
    fn an_amount_is_unusual_only_beside_enough_others() {
        let facts = |amounts: &'static [f64], amount: f64| PaymentFacts {
            amounts,
            amount: Some((amount, amount.to_string())),
            ..PaymentFacts::default()
        };
        assert!(completed(&facts(&[10.0, 10.0, 10.0], 1_000.0), &rules()).is_empty(), "three say little");
        assert!(completed(&facts(&[10.0, 12.0, 10.0, 900.0], 100.0), &rules()).is_empty(), "one that was far does not move it");
        let told = completed(&facts(&[10.0, 12.0, 10.0, 9.0], 500.0), &rules());
        assert_eq!(told.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::AmountUnusual]);
        assert!(crate::text::sentence(&told[0]).contains("50 times"), "{}", crate::text::sentence(&told[0]));
    }

    #[test]
    fn a_country_that_neither_customer_nor_method_knows_is_told_once_for_each() {
        let home = [("GN".to_owned(), 6)];
        let facts = |country| PaymentFacts {
            country: Some(country),
            countries: &home,
            method: Some("orange_money"),
            of_method: (200, u64::from(country == "GN") * 200),
            ..PaymentFacts::default()
        };
        assert!(completed(&facts("GN"), &rules()).is_empty());
        let codes: Vec<_> = completed(&facts("RU"), &rules()).iter().map(|r| r.code).collect();
        assert_eq!(codes, [Code::CountryUnusual, Code::MethodAbroad]);
    }
}
