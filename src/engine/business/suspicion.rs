//! What is usual for a customer, and for a method of payment: enough of it to say when a payment is not. Bounded, whatever the
//! number of customers.

use crate::domain::Map;
use crate::model::{Label, Reason, Timestamp};
use crate::rules::PaymentRules;
use crate::rules::payments::{self as rules, PaymentFacts};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, VecDeque};

/// Customers of one generation; two are kept.
const MOST: usize = 50_000;
/// Times that are kept of a customer, at least: more only where a rule counts further.
const TIMES: usize = 16;
const AMOUNTS: usize = 8;
const COUNTRIES: usize = 4;
/// Pairs of method and country that are told apart.
const PAIRS: usize = 1_000;

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Begun,
    Failed,
    Completed,
}

/// A payment, as far as its rules look at it.
pub struct Known<'a> {
    pub customer: Option<&'a Label>,
    pub at: Timestamp,
    pub amount: Option<Decimal>,
    pub currency: Option<Label>,
    pub country: Option<Label>,
    pub method: Option<Label>,
}

#[derive(Default)]
struct Profile {
    begun: VecDeque<Timestamp>,
    failed: VecDeque<Timestamp>,
    amounts: VecDeque<(Option<Label>, f64)>,
    countries: Vec<(String, u64)>,
}

#[derive(Default)]
pub struct Suspicion {
    young: Map<Label, Profile>,
    old: Map<Label, Profile>,
    /// Completed payments by method, and by method and country.
    methods: BTreeMap<Label, u64>,
    pairs: BTreeMap<(Label, Label), u64>,
}

impl Suspicion {
    /// What is suspicious about it; then it is part of what is usual.
    pub fn take(&mut self, deed: Deed, known: &Known<'_>, config: &PaymentRules) -> Vec<Reason> {
        let of_method = self.of_method(known);
        let mut told = Vec::new();
        let nobody = Profile::default();
        let profile = match known.customer {
            Some(customer) => self.profile(customer),
            None => &mut Profile::default(),
        };
        let mut facts = PaymentFacts::default();
        match deed {
            Deed::Begun => {
                facts.begun = note(&mut profile.begun, known.at, config.velocity_window_s, config.velocity);
                told.extend(rules::begun(&facts, config));
            }
            Deed::Failed => {
                facts.failed = note(&mut profile.failed, known.at, config.failures_window_s, config.failures);
                told.extend(rules::failed(&facts, config));
            }
            Deed::Completed => {
                let usual: Vec<f64> =
                    profile.amounts.iter().filter(|(c, _)| *c == known.currency).map(|(_, amount)| *amount).collect();
                facts.amounts = &usual;
                facts.amount = known.amount.and_then(|a| Some((a.to_f64()?, a.to_string())));
                facts.currency = known.currency.as_deref();
                facts.country = known.country.as_deref();
                facts.countries = if known.customer.is_some() { &profile.countries } else { &nobody.countries };
                facts.method = known.method.as_deref();
                facts.of_method = of_method;
                told.extend(rules::completed(&facts, config));
                profile.learn(known);
                self.learn(known);
            }
        }
        told
    }

    /// Of two generations: who was not seen for a whole one is forgotten.
    fn profile(&mut self, customer: &Label) -> &mut Profile {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        self.young.entry(customer.clone()).or_insert_with(|| old.remove(customer).unwrap_or_default())
    }

    fn of_method(&self, known: &Known<'_>) -> (u64, u64) {
        let (Some(method), Some(country)) = (&known.method, &known.country) else { return (0, 0) };
        let all = self.methods.get(method).copied().unwrap_or(0);
        (all, self.pairs.get(&(method.clone(), country.clone())).copied().unwrap_or(0))
    }

    fn learn(&mut self, known: &Known<'_>) {
        let (Some(method), Some(country)) = (&known.method, &known.country) else { return };
        let pair = (method.clone(), country.clone());
        if self.pairs.len() < PAIRS || self.pairs.contains_key(&pair) {
            *self.methods.entry(method.clone()).or_default() += 1;
            *self.pairs.entry(pair).or_default() += 1;
        }
    }
}

impl Profile {
    fn learn(&mut self, known: &Known<'_>) {
        if let Some(amount) = known.amount.and_then(|a| a.to_f64()) {
            self.amounts.push_back((known.currency.clone(), amount));
            if self.amounts.len() > AMOUNTS {
                self.amounts.pop_front();
            }
        }
        if let Some(country) = known.country.as_deref() {
            match self.countries.iter().position(|(c, _)| c == country) {
                Some(at) => self.countries[at].1 += 1,
                None => {
                    if self.countries.len() == COUNTRIES
                        && let Some(rarest) = (0..COUNTRIES).min_by_key(|at| self.countries[*at].1)
                    {
                        self.countries.remove(rarest);
                    }
                    self.countries.push((country.to_owned(), 1));
                }
            }
        }
    }
}

/// Notes a time; returns how many lie in the window that ends with it.
fn note(times: &mut VecDeque<Timestamp>, at: Timestamp, window_s: f64, counted: usize) -> usize {
    times.push_back(at);
    if times.len() > TIMES.max(counted + 1) {
        times.pop_front();
    }
    times.iter().filter(|t| **t <= at && at.since_s(**t) <= window_s).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    fn payment(customer: &Label, second: i64, amount: i64) -> Known<'_> {
        Known {
            customer: Some(customer),
            at: Timestamp(second * 1_000),
            amount: Some(amount.into()),
            currency: Some("GNF".into()),
            country: Some("GN".into()),
            method: Some("card".into()),
        }
    }

    fn codes(reasons: &[Reason]) -> Vec<Code> {
        reasons.iter().map(|r| r.code).collect()
    }

    #[test]
    fn what_counts_is_the_window_and_the_customer() {
        let (mut all, rules) = (Suspicion::default(), PaymentRules::default());
        let (one, other): (Label, Label) = ("c1".into(), "c2".into());
        for second in 0..5 {
            assert!(all.take(Deed::Begun, &payment(&one, second, 1), &rules).is_empty());
            assert!(all.take(Deed::Begun, &payment(&other, second * 100, 1), &rules).is_empty());
        }
        assert_eq!(codes(&all.take(Deed::Begun, &payment(&one, 5, 1), &rules)), [Code::PaymentVelocity]);
        assert!(all.take(Deed::Begun, &payment(&one, 80, 1), &rules).is_empty());
        let failed: Vec<_> = (0..3).flat_map(|s| all.take(Deed::Failed, &payment(&one, s, 1), &rules)).collect();
        assert_eq!(codes(&failed), [Code::RepeatedFailures]);
    }

    #[test]
    fn a_country_is_unusual_once_also_for_one_that_travels_much() {
        let (mut all, rules) = (Suspicion::default(), PaymentRules::default());
        let who: Label = "c1".into();
        let mut pay = |second: i64, country: &str| {
            codes(&all.take(Deed::Completed, &Known { country: Some(country.into()), ..payment(&who, second, 1) }, &rules))
        };
        for (n, country) in ["GN", "SN", "ML", "CI"].iter().cycle().take(40).enumerate() {
            pay(n as i64, country);
        }
        assert!(pay(50, "FR").contains(&Code::CountryUnusual));
        assert!(!pay(51, "FR").contains(&Code::CountryUnusual), "it was learnt");
    }

    #[test]
    fn an_amount_in_another_currency_says_nothing_of_this_one() {
        let (mut all, rules) = (Suspicion::default(), PaymentRules::default());
        let who: Label = "c1".into();
        for second in 0..4 {
            let euros = Known { currency: Some("EUR".into()), ..payment(&who, second, 5) };
            assert!(all.take(Deed::Completed, &euros, &rules).is_empty());
        }
        assert!(all.take(Deed::Completed, &payment(&who, 9, 50_000), &rules).is_empty());
        let euros = Known { currency: Some("EUR".into()), ..payment(&who, 10, 500) };
        assert_eq!(codes(&all.take(Deed::Completed, &euros, &rules)), [Code::AmountUnusual]);
    }

    #[test]
    fn memory_has_an_end() {
        let (mut all, rules) = (Suspicion::default(), PaymentRules::default());
        for n in 0..(2 * MOST + 10) {
            let (who, method): (Label, Label) = (format!("c{n}").into(), format!("m{n}").into());
            all.take(Deed::Completed, &Known { method: Some(method), ..payment(&who, 1, 1) }, &rules);
        }
        assert!(all.young.len() + all.old.len() <= 2 * MOST && all.pairs.len() <= PAIRS);
    }
}
