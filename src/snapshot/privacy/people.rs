//! The business: customers, couriers, places.

use super::Privacy;
use super::kept::{Before, KeptMasks, part};
use crate::model::{Label, Meaning, Value};
use crate::snapshot::{
    Business, Customer, CustomerSections, Deliveries, Delivery, EntityFocus, Focus, FoundOrders, MapFocus, Order, Orders, Payment,
    PaymentSections, Snapshot, Suspicious, TopicFocus, Underway, View,
};
use crate::text::masked;
use std::sync::Arc;

impl Privacy {
    /// All that is shown, without what is personal. What was masked the last time is not masked anew.
    pub fn view(&self, view: &View, kept: &mut KeptMasks) -> View {
        kept.turn();
        let business = kept.business(&view.snapshot.business, |now, before| self.business(now, before));
        View {
            snapshot: Arc::new(Snapshot { business, ..(*view.snapshot).clone() }),
            focus: Arc::new(self.focus(&view.focus, kept)),
            past: None,
            ..view.clone()
        }
    }

    /// The picture without what is personal: what is left of it may be given away.
    pub fn snapshot(&self, snapshot: &Snapshot) -> Snapshot {
        Snapshot { business: self.business(&snapshot.business, None), ..snapshot.clone() }
    }

    // Whoever adds to the focus says here whether it holds something personal.
    fn focus(&self, focus: &Focus, kept: &mut KeptMasks) -> Focus {
        let Focus { totals, sparks, topic, groups, order, orders, map, answers, searches, beside } = focus;
        let mut masked_topic =
            |topic: &Arc<TopicFocus>| Arc::new(TopicFocus { tail: self.tail(&topic.tail, kept), ..(**topic).clone() });
        let (topic, beside) = (topic.as_ref().map(&mut masked_topic), beside.as_ref().map(&mut masked_topic));
        Focus {
            totals: totals.clone(),
            sparks: sparks.clone(),
            topic,
            beside,
            groups: groups.clone(),
            order: order.as_ref().map(|order| Arc::new(self.entity(order))),
            orders: orders.as_ref().map(|found| Arc::new(self.found(found))),
            map: map.as_ref().map(|map| Arc::new(self.map(map))),
            answers: answers.iter().map(|(id, answer)| (*id, Arc::new(self.answer(answer)))).collect(),
            searches: searches.iter().map(|(id, search)| (*id, Arc::new(self.search(search, kept)))).collect(),
        }
    }

    fn business(&self, business: &Business, before: Option<&Before>) -> Business {
        let Business { source, pipelines, orders, deliveries, payments, stock, customers, notifications } = business;
        Business {
            source: source.clone(),
            pipelines: pipelines.clone(),
            orders: part(orders, before, |of| &of.orders, |orders| self.orders(orders)),
            deliveries: part(deliveries, before, |of| &of.deliveries, |deliveries| self.deliveries(deliveries)),
            payments: part(payments, before, |of| &of.payments, |payments| self.payments(payments)),
            stock: stock.clone(),
            customers: part(customers, before, |of| &of.customers, |customers| self.customers(customers)),
            notifications: notifications.clone(),
        }
    }

    fn orders(&self, orders: &Orders) -> Orders {
        let rows = |rows: &Vec<Arc<Order>>| rows.iter().map(|order| self.order(order)).collect();
        Orders { orders: orders.orders.as_ref().map(rows), ..orders.clone() }
    }

    fn found(&self, found: &FoundOrders) -> FoundOrders {
        FoundOrders { orders: found.orders.iter().map(|order| self.order(order)).collect(), ..found.clone() }
    }

    fn order(&self, order: &Arc<Order>) -> Arc<Order> {
        Arc::new(Order { customer: self.named(Meaning::Customer, order.customer.as_ref()), ..(**order).clone() })
    }

    fn deliveries(&self, deliveries: &Deliveries) -> Deliveries {
        let rows = |rows: &Vec<Arc<Delivery>>| rows.iter().map(|delivery| self.delivery(delivery)).collect();
        Deliveries { deliveries: deliveries.deliveries.as_ref().map(rows), ..deliveries.clone() }
    }

    fn delivery(&self, delivery: &Arc<Delivery>) -> Arc<Delivery> {
        let open = |meaning: Meaning| !self.is_personal(meaning);
        let here = |degrees: Option<f64>| degrees.filter(|_| open(Meaning::Position));
        let there = |degrees: Option<f64>| degrees.filter(|_| open(Meaning::Destination));
        Arc::new(Delivery {
            courier: self.named(Meaning::Courier, delivery.courier.as_ref()),
            lat: here(delivery.lat),
            lon: here(delivery.lon),
            to_lat: there(delivery.to_lat),
            to_lon: there(delivery.to_lon),
            district: self.named(Meaning::District, delivery.district.as_ref()),
            ..(**delivery).clone()
        })
    }

    fn map(&self, map: &MapFocus) -> MapFocus {
        let underway = |of: &Underway| Underway {
            delivery: self.delivery(&of.delivery),
            trail: of.trail.clone().filter(|_| !self.is_personal(Meaning::Position)),
            began: of.began,
        };
        MapFocus { couriers: map.couriers.iter().map(underway).collect() }
    }

    fn payments(&self, payments: &PaymentSections) -> PaymentSections {
        let row = |payment: &Arc<Payment>| {
            Arc::new(Payment { customer: self.named(Meaning::Customer, payment.customer.as_ref()), ..(**payment).clone() })
        };
        let mut out = payments.clone();
        out.payment_rows = payments.payment_rows.as_ref().map(|rows| rows.iter().map(row).collect());
        let suspicious = |found: &Arc<Suspicious>| Arc::new(Suspicious { reason: self.reason(&found.reason), ..(**found).clone() });
        out.payments.suspicious = payments.payments.suspicious.iter().map(suspicious).collect();
        out
    }

    /// Numbered as they stand: rows without a name of their own could not be told apart.
    fn customers(&self, customers: &CustomerSections) -> CustomerSections {
        if !self.is_personal(Meaning::Customer) {
            return customers.clone();
        }
        let mut rows: Vec<Customer> = customers.customer_rows.iter().map(|row| (**row).clone()).collect();
        // Sorted by what they are called, their order would still tell something of it.
        rows.sort_by_key(|row| (std::cmp::Reverse(row.last_seen), row.orders));
        for (at, row) in rows.iter_mut().enumerate() {
            row.id = format!("{} {:04}", masked("customer"), at + 1).into();
        }
        CustomerSections { customer_rows: rows.into_iter().map(Arc::new).collect(), ..customers.clone() }
    }

    fn entity(&self, entity: &EntityFocus) -> EntityFocus {
        let mut out = entity.clone();
        for fact in out.ways.iter_mut().flat_map(|way| &mut way.facts) {
            if self.is_personal(fact.meaning) {
                fact.value = Value::Text(Label::from(masked("personal")));
            }
        }
        out
    }

    fn named(&self, meaning: Meaning, name: Option<&Arc<str>>) -> Option<Arc<str>> {
        name.map(|name| if self.is_personal(meaning) { masked(name).into() } else { name.clone() })
    }
}
