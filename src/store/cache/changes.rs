//! What a batch wrote, as entries.

use super::super::rows::{PartRow, WalkerRow};
use super::super::{Changes, ProfileRow};
use super::entry::{Entry, PartFacts, WalkerFacts};
use crate::domain::{Kind, Plans};
use std::collections::HashSet;

/// What a batch changed.
pub fn of_changes(changes: &Changes, plans: &Plans) -> Vec<Entry> {
    let version = changes.version;
    let mut entries: Vec<Entry> = changes.walkers.iter().map(|row| of_walker(row, version)).collect();
    entries.extend(changes.parts.iter().map(|row| of_part(row, version)));
    entries.extend(changes.profiles.iter().filter_map(|row| of_profile(row, version)));
    // A part that went from one entity to another is there.
    let there: HashSet<_> = changes.parts.iter().map(|row| &row.part).collect();
    let gone = changes.gone_parts.iter().filter(|(part, _)| !there.contains(part));
    entries.extend(gone.map(|(part, owner)| Entry::gone(&plans.get(part.pipeline).name, &part.id, version, Some(&owner.id))));
    entries
}

fn of_walker(row: &WalkerRow, version: i64) -> Entry {
    let facts = WalkerFacts {
        state: row.state.as_deref(),
        since_ms: row.since.map(|t| t.0),
        ended: row.ended,
        gap: row.gap,
        conflict: row.conflict,
        customer: row.customer.as_deref(),
        shop: row.shop.as_deref(),
        amount: row.amount.map(|a| a.to_string()),
        currency: row.currency.as_deref(),
    };
    Entry::walker(&row.pipeline, &row.subject.id, version, &facts)
}

fn of_part(row: &PartRow, version: i64) -> Entry {
    let facts = PartFacts {
        order: &row.owner.id,
        state: row.state.as_deref(),
        since_ms: row.since.map(|t| t.0),
        ended: row.ended,
        amount: row.amount.map(|a| a.to_string()),
        currency: row.currency.as_deref(),
        method: row.method.as_deref(),
        customer: row.customer.as_deref(),
        courier: row.courier.as_deref(),
        reason: row.reason.as_deref(),
        position: row.position.map(|(point, at)| (point, at.0)),
        eta_at_ms: row.eta.map(|t| t.0),
        remaining_m: row.remaining_m,
    };
    Entry::part(&row.pipeline, &row.part.id, version, &facts)
}

/// Of those without a pipeline couriers alone move.
fn of_profile(row: &ProfileRow, version: i64) -> Option<Entry> {
    let (point, at) = row.position.filter(|_| row.subject.kind == Kind::Courier)?;
    Some(Entry::courier(&row.subject.id, version, (point, at.0), row.about.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Sqlite;
    use crate::store::tests::{apply, events};

    fn entries(told: &[(i64, &'static str, &str)]) -> Vec<Entry> {
        let (plans, told) = events(told);
        let mut store = Sqlite::open(std::path::Path::new(":memory:"), plans.clone()).unwrap();
        of_changes(&apply(&mut store, told).changes, &plans)
    }

    fn shown(entry: &Entry) -> String {
        let fields: Vec<_> = entry.fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
        format!("{}:{} {:?} {}", entry.kind, entry.id, entry.life, fields.join(" "))
    }

    #[test]
    fn what_a_batch_wrote_becomes_entries_without_what_is_private() {
        let home = r#""address":{"district":"Ratoma","lat":9.6,"lon":-13.6}"#;
        let found = entries(&[
            (
                1,
                "orders.created",
                &format!(r#"{{"id":"A1","customerId":"c1","customerName":"Fatou","total":"45.50","currency":"GNF",{home}}}"#),
            ),
            (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":45.50,"currency":"GNF","method":"card"}"#),
            (3, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9","courierName":"Mamadou","etaAt":90000}"#),
            (4, "delivery.tracking", r#"{"orderId":"A1","lat":9.53,"lon":-13.68}"#),
            (4, "location.updated", r#"{"courierId":"k9","orderId":"A1","lat":9.5,"lon":-13.7}"#),
            (5, "orders.cancelled", r#"{"orderId":"A2"}"#),
            (6, "inventory.updated", r#"{"sku":"riz","level":12}"#),
        ]);
        let found: Vec<_> = found.iter().map(shown).collect();
        assert_eq!(
            found,
            [
                "order:A1 Active version=1 state=assigned since_ms=3000 ended=0 gap=1 conflict=0 customer=c1 amount=45.50 currency=GNF",
                "order:A2 Ended version=1 state=cancelled since_ms=5000 ended=1 gap=0 conflict=0",
                "payment:p1 Active version=1 order=A1 state=initiated since_ms=2000 ended=0 amount=45.50 currency=GNF method=card",
                "delivery:A1 Active version=1 order=A1 state=assigned since_ms=3000 ended=0 amount=45.50 currency=GNF customer=c1 courier=k9 \
                 lat=9.53 lon=-13.68 position_at_ms=4000 eta_at_ms=90000",
                "courier:k9 Courier version=1 lat=9.5 lon=-13.7 position_at_ms=4000 order=A1",
            ]
        );
    }
}
