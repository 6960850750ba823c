use super::lately::{Lately, half_minute};
use super::look::{self, Look};
use super::seen::Seen;
use super::suspicion::{Deed, Known, Suspicion};
use crate::domain::{Part, Plan, Standing, Step};
use crate::model::{Code, Fact, Label, Meaning, Reason, Timestamp, Value};
use crate::rules::{MethodEnds, PaymentRules};
use crate::snapshot::{Amount, Method, Sum, Suspicious};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

/// Methods and currencies that are told apart; the rest is one.
const MOST_NAMES: usize = 100;
const MOST_SUSPICIOUS: usize = 1_000;

#[derive(Clone, Default)]
struct Counts {
    initiated: i64,
    completed: i64,
    failed: i64,
    lately: Lately,
}

impl Counts {
    /// `by` is -1 where an end is taken back.
    fn ended(&mut self, completed: bool, at: Timestamp, by: i64, now: Timestamp) {
        *(if completed { &mut self.completed } else { &mut self.failed }) += by;
        self.lately.count(completed, at, by, now);
    }
}

/// Payments of one currency, and what they come to.
#[derive(Clone, Copy, Default)]
struct Total {
    count: i64,
    amount: Decimal,
}

impl Total {
    fn add(&mut self, amount: Decimal, by: i64) {
        self.count += by;
        self.amount = if by > 0 { self.amount.saturating_add(amount) } else { self.amount.saturating_sub(amount) };
    }
}

#[derive(Default)]
struct Totals {
    completed: Total,
    failed: Total,
}

/// What is counted of payments beside their pipeline.
#[derive(Default)]
pub struct Payments {
    methods: BTreeMap<Label, Counts>,
    sums: BTreeMap<Option<Label>, Totals>,
    suspicious: VecDeque<Arc<Suspicious>>,
    suspected: HashSet<(Label, Code)>,
    suspicion: Suspicion,
    suspicious_count: u64,
}

/// A payment that stands elsewhere than before.
pub struct Moved<'a> {
    pub id: &'a Label,
    /// `None`: payments have no orders here.
    pub part: Option<&'a Part>,
    pub order: Option<&'a Label>,
    pub look: Look<'a>,
    pub plan: &'a Plan,
    pub before: Option<Seen<'a>>,
    pub after: Option<Seen<'a>>,
}

impl Payments {
    /// Whether a move is counted: only beginnings and ends are.
    pub fn counts(plan: &Plan, before: Option<&Seen<'_>>, after: Option<&Seen<'_>>) -> bool {
        let end = |seen: Option<&Seen<'_>>| seen.and_then(|s| s.step).filter(|step| plan.has_ended(*step));
        let began = |seen: Option<&Seen<'_>>| seen.is_some_and(Seen::entered);
        end(before) != end(after) || began(before) != began(after)
    }

    pub fn moved(&mut self, moved: &Moved<'_>, rules: &PaymentRules, now: Timestamp) {
        let end = |seen: &Option<Seen<'_>>| seen.as_ref().and_then(|s| s.step).filter(|step| moved.plan.has_ended(*step));
        let began = |seen: &Option<Seen<'_>>| i64::from(seen.as_ref().is_some_and(Seen::entered));
        let (before, after) = (end(&moved.before), end(&moved.after));
        let initiated = began(&moved.after) - began(&moved.before);
        self.counts_of(moved).initiated += initiated;
        for (end, seen, by) in [(before, &moved.before, -1), (after, &moved.after, 1)] {
            if let Some(step) = end {
                let at = seen.as_ref().and_then(|s| s.since).unwrap_or(now);
                self.counts_of(moved).ended(!moved.plan.is_exit(step), at, by, now);
                self.add(moved, !moved.plan.is_exit(step), by);
            }
        }
        let completed = |step: &Option<Step>| step.is_some_and(|step| step == moved.plan.end());
        if completed(&after) && !completed(&before) {
            self.suspect(moved, now);
        }
        let what = match after.filter(|_| after != before) {
            Some(step) if moved.plan.is_exit(step) => Some(Deed::Failed),
            Some(_) => Some(Deed::Completed),
            None => (initiated > 0).then_some(Deed::Begun),
        };
        if let Some(what) = what {
            self.suspect_customer(moved, what, rules, now);
        }
    }

    fn counts_of(&mut self, moved: &Moved<'_>) -> &mut Counts {
        let method = look::text(moved.look.of_or_own(moved.part, Meaning::Method)).unwrap_or_else(|| "unknown".into());
        entry(&mut self.methods, method, "other".into())
    }

    /// Beside what else this customer did.
    fn suspect_customer(&mut self, moved: &Moved<'_>, what: Deed, rules: &PaymentRules, now: Timestamp) {
        let text = |meaning| look::text(moved.look.of_or_own(moved.part, meaning));
        let customer = text(Meaning::Customer);
        let known = Known {
            customer: customer.as_ref(),
            at: moved.after.as_ref().and_then(|s| s.since).unwrap_or(now),
            amount: decimal(&moved.look, moved.part),
            currency: text(Meaning::Currency),
            country: text(Meaning::Country),
            method: text(Meaning::Method),
        };
        for reason in self.suspicion.take(what, &known, rules) {
            self.tell(moved, reason, now);
        }
    }

    fn add(&mut self, moved: &Moved<'_>, completed: bool, by: i64) {
        let currency = look::text(moved.look.of_or_own(moved.part, Meaning::Currency));
        let amount = decimal(&moved.look, moved.part).unwrap_or_default();
        let totals = entry(&mut self.sums, currency, None);
        (if completed { &mut totals.completed } else { &mut totals.failed }).add(amount, by);
    }

    /// Paid twice, or another amount than the order's.
    fn suspect(&mut self, moved: &Moved<'_>, now: Timestamp) {
        let (Some(part), Some(order)) = (moved.part, moved.order) else { return };
        let standing: &Standing = &moved.look.kept.standing;
        let paid = standing.parts.iter().filter(|p| p.part.pipeline == part.pipeline && p.step == Some(moved.plan.end()));
        if paid.count() > 1 {
            self.tell(moved, Reason::new(Code::PaidTwice).text("order", Arc::from(order)), now);
        }
        let own = moved.look.own(Meaning::Amount);
        let told = moved.look.of(part, Meaning::Amount);
        if let (Some((Value::Amount(own), _)), Some((Value::Amount(paid), _))) = (own, told)
            && own != paid
        {
            let reason = Reason::new(Code::AmountDiffers)
                .with("paid", Fact::Text(paid.to_string().into()))
                .with("amount", Fact::Text(own.to_string().into()));
            self.tell(moved, reason, now);
        }
    }

    fn tell(&mut self, moved: &Moved<'_>, reason: Reason, now: Timestamp) {
        if !self.suspected.insert((moved.id.clone(), reason.code)) {
            return;
        }
        self.suspicious_count += 1;
        let at = moved.after.as_ref().and_then(|s| s.since).unwrap_or(now);
        let found = Suspicious { id: moved.id.into(), order: moved.order.map(Into::into), at, code: reason.code, reason };
        self.suspicious.push_front(Arc::new(found));
        if self.suspicious.len() > MOST_SUSPICIOUS
            && let Some(old) = self.suspicious.pop_back()
        {
            self.suspected.remove(&((&old.id).into(), old.code));
        }
    }

    pub fn by_method(&self, now: Timestamp) -> Vec<Method> {
        let row = |(method, counts): (&Label, &Counts)| {
            let (completed_10m, failed_10m) = counts.lately.sums(now);
            Method {
                method: method.into(),
                initiated: count(counts.initiated),
                completed: count(counts.completed),
                failed: count(counts.failed),
                success_rate: share(count(counts.completed), count(counts.failed)),
                completed_10m,
                failed_10m,
                success_rate_10m: share(completed_10m, failed_10m),
            }
        };
        self.methods.iter().map(row).collect()
    }

    pub fn ended_lately(&self, now: Timestamp) -> Vec<MethodEnds> {
        let ends = |(method, counts): (&Label, &Counts)| {
            let (completed, failed) = counts.lately.sums(now);
            MethodEnds { method: method.into(), completed, failed }
        };
        self.methods.iter().map(ends).collect()
    }

    /// Whether the last ten minutes are others than at `shown`, though nothing moved.
    pub fn passed(&self, shown: Timestamp, now: Timestamp) -> bool {
        half_minute(shown) != half_minute(now) && self.methods.values().any(|counts| counts.lately.sums(shown) != (0, 0))
    }

    pub fn amounts(&self) -> Vec<Sum> {
        let row = |(currency, totals): (&Option<Label>, &Totals)| Sum {
            currency: currency.as_ref().map(Into::into),
            count: count(totals.completed.count),
            total: Amount::new(totals.completed.amount.to_string()),
            failed: count(totals.failed.count),
            failed_total: Amount::new(totals.failed.amount.to_string()),
        };
        self.sums.iter().map(row).collect()
    }

    /// What was told of payments since then, newest first.
    pub fn suspected_since(&self, since: Timestamp) -> impl Iterator<Item = &Suspicious> {
        self.suspicious.iter().map(AsRef::as_ref).filter(move |s| s.at >= since)
    }

    pub fn suspicious(&self) -> (Vec<Arc<Suspicious>>, u64) {
        (self.suspicious.iter().cloned().collect(), self.suspicious_count)
    }
}

/// Below nothing is only while an end is taken back before its beginning is known.
fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Good ends among all; `None` before the first end.
pub fn share(good: u64, bad: u64) -> Option<f64> {
    (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
}

fn decimal(look: &Look<'_>, part: Option<&Part>) -> Option<Decimal> {
    match look.of_or_own(part, Meaning::Amount)?.0 {
        Value::Amount(amount) => Some(*amount),
        _ => None,
    }
}

/// The entry of this name, or the rest's when there are too many names.
fn entry<K: Ord, V: Default>(map: &mut BTreeMap<K, V>, name: K, rest: K) -> &mut V {
    let full = map.len() >= MOST_NAMES && !map.contains_key(&name);
    map.entry(if full { rest } else { name }).or_default()
}
