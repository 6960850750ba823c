//! An order's way through the shop: created, checked, paid, confirmed, prepared.

use super::desk::Ms;
use super::fleet::Ride;
use super::json::Json;
use super::people::{ARTICLES, ARTICLES_A_SHOP};
use super::places::{DISTRICTS, Place};
use super::stock::Checked;
use super::stories;
use super::world::{Act, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Create { customer: usize },
    Check,
    Pay,
    Paid,
    Confirm,
    Prepare,
    Update,
    Assign,
    Depart,
}

pub(super) struct Order {
    pub number: u32,
    pub id: String,
    pub customer: usize,
    pub shop: usize,
    /// Which of the shop's articles, and how many.
    pub lines: Vec<(usize, i64)>,
    pub total: i64,
    pub method: &'static str,
    pub district: usize,
    pub to: Place,
    pub stage: &'static str,
    pub attempt: u32,
    pub ride: Option<Ride>,
}

const METHODS: [&str; 10] =
    ["orange_money", "orange_money", "orange_money", "orange_money", "mtn_momo", "mtn_momo", "mtn_momo", "card", "cash", "cash"];
const CANCELLED_IN: [&str; 5] = ["created", "checked", "paid", "confirmed", "preparing"];
const CANCEL_REASONS: [&str; 4] = ["le client a changé d'avis", "client injoignable", "délai trop long", "adresse introuvable"];
const REFUSALS: [&str; 4] = ["solde insuffisant", "code secret refusé", "délai dépassé", "plafond atteint"];
/// The provider hands its late answers over in bursts of so many milliseconds.
const BURST_MS: i64 = 4_000;

impl Order {
    fn payment(&self) -> String {
        format!("PAY-{:06}-{}", self.number, self.attempt)
    }

    /// One order in 37 is called off, each time in another stage.
    fn cancels_here(&self) -> bool {
        self.number % 37 == 5 && CANCELLED_IN[self.number as usize / 37 % CANCELLED_IN.len()] == self.stage
    }

    pub fn body(&self) -> Json {
        Json::new().text("orderId", &self.id)
    }
}

impl World {
    pub(super) fn step(&mut self, number: u32, step: Step) {
        if let Step::Create { customer } = step {
            return self.create(customer);
        }
        // Between two steps the order belongs to the step; an order that left the pipeline is gone.
        let Some(mut order) = self.orders.remove(&number) else { return };
        let stays = match step {
            Step::Update => self.change(&mut order),
            _ if order.cancels_here() => self.cancel(&order, CANCEL_REASONS[number as usize % CANCEL_REASONS.len()]),
            Step::Check => self.check(&mut order),
            Step::Pay => self.pay(&mut order),
            Step::Paid => self.paid(&mut order),
            Step::Confirm => self.confirm(&mut order),
            Step::Prepare => self.prepare(&mut order),
            Step::Assign => self.assign(&mut order),
            Step::Depart => self.depart(&mut order),
            Step::Create { .. } => true,
        };
        if stays {
            self.orders.insert(number, order);
        }
    }

    fn create(&mut self, customer: usize) {
        self.ordered += 1;
        let order = self.draw_up(customer);
        let who = &self.people.customers[customer];
        let shop = &self.people.shops[order.shop];
        let items: Vec<String> =
            order.lines.iter().map(|&(slot, quantity)| item(order.shop, slot, shop.sells[slot], quantity)).collect();
        let address = Json::new().text("district", &DISTRICTS[order.district].name).place(order.to).end();
        let body = Json::new()
            .text("id", &order.id)
            .text("customerId", &who.id)
            .text("customerName", &who.name)
            .text("shopId", &shop.id)
            .text("shopName", &shop.name)
            .raw("items", format_args!("[{}]", items.join(",")))
            .raw("total", order.total)
            .text("currency", "GNF")
            .text("paymentMethod", order.method)
            .raw("address", address)
            .text("createdAt", &self.desk.iso(self.desk.now));
        self.desk.tell("orders.created", &order.id, body);
        self.purchase(&order);
        self.desk.plan_within(800, 3_500, Act::Order(order.number, Step::Check));
        if order.number.is_multiple_of(6) {
            self.desk.plan_within(2_000, 9_000, Act::Order(order.number, Step::Update));
        }
        self.orders.insert(order.number, order);
    }

    fn draw_up(&mut self, customer: usize) -> Order {
        let number = self.ordered;
        let who = &self.people.customers[customer];
        let near = &self.people.near[who.district];
        let rng = &mut self.desk.rng;
        let shop = near[rng.usize(..near.len())];
        let mut lines = vec![(rng.usize(..ARTICLES_A_SHOP), rng.i64(1..=3))];
        if rng.u32(..10) < 4 {
            lines.push(((lines[0].0 + 1 + rng.usize(..ARTICLES_A_SHOP - 1)) % ARTICLES_A_SHOP, 1));
        }
        if let Some(slot) = self.stock.wanted(shop) {
            lines = vec![(slot, 3)];
        }
        let sells = &self.people.shops[shop].sells;
        let total = lines.iter().map(|&(slot, quantity)| ARTICLES[sells[slot]].price * quantity).sum();
        Order {
            number,
            id: format!("CMD-{number:06}"),
            customer,
            shop,
            lines,
            total,
            method: METHODS[rng.usize(..METHODS.len())],
            district: who.district,
            to: who.home,
            stage: "created",
            attempt: 1,
            ride: None,
        }
    }

    fn check(&mut self, order: &mut Order) -> bool {
        order.stage = "checked";
        let Checked { missing, moves } = self.stock.take(order.shop, &order.lines);
        let list: Vec<String> = missing.iter().map(|sku| format!("\"{sku}\"")).collect();
        let body = order.body().raw("available", missing.is_empty()).raw("missing", format_args!("[{}]", list.join(",")));
        self.desk.tell("inventory.checked", &order.id, body);
        for level in moves {
            self.tell_level(&level);
        }
        if !missing.is_empty() && order.number.is_multiple_of(2) {
            return self.cancel(order, "rupture de stock");
        }
        self.desk.plan_within(1_000, 4_000, Act::Order(order.number, Step::Pay));
        true
    }

    fn payment_body(&self, order: &Order) -> Json {
        Json::new()
            .text("paymentId", &order.payment())
            .text("orderId", &order.id)
            .text("customerId", &self.people.customers[order.customer].id)
            .text("method", order.method)
            .raw("amount", order.total)
            .text("currency", "GNF")
            .text("country", "GN")
    }

    fn pay(&mut self, order: &mut Order) -> bool {
        order.stage = "paying";
        let body = self.payment_body(order);
        self.desk.tell("payments.initiated", &order.id, body);
        let (from, to) = match order.method {
            "cash" => (400, 1_200),
            "card" => (2_000, 5_000),
            _ => (4_000, 16_000),
        };
        self.desk.plan_within(from, to, Act::Order(order.number, Step::Paid));
        true
    }

    fn paid(&mut self, order: &mut Order) -> bool {
        let slow = stories::SLOW_PAYMENTS_S.contains(&self.desk.clock.story_s(self.desk.now)) && order.method != "cash";
        let refused = order.attempt == 1 && (order.number % 60 == 7 || slow && order.number % 12 == 3);
        if refused {
            return self.refuse(order);
        }
        order.stage = "paid";
        let late_ms = if slow { self.burst_wait() } else { self.desk.rng.i64(2..40) };
        let body = self.payment_body(order);
        let heard = self.desk.tell_late("payments.completed", &order.id, body, late_ms);
        let wait = self.desk.clock.town(heard) - self.desk.now;
        self.desk.plan_within(wait + 900, wait + 3_500, Act::Order(order.number, Step::Confirm));
        true
    }

    /// Milliseconds until the provider hands over what it has: two seconds at least, then the next full burst.
    fn burst_wait(&self) -> i64 {
        let at = self.desk.clock.wall(self.desk.now).since_ms(self.desk.clock.start);
        (at + 2_000 + BURST_MS) / BURST_MS * BURST_MS - at
    }

    /// Two of three try again, with a new payment.
    fn refuse(&mut self, order: &mut Order) -> bool {
        let body = self.payment_body(order).text("reason", REFUSALS[order.number as usize % REFUSALS.len()]);
        self.desk.tell("payments.failed", &order.id, body);
        if order.number.is_multiple_of(3) {
            return false;
        }
        order.attempt += 1;
        self.desk.plan_within(3_000, 8_000, Act::Order(order.number, Step::Pay));
        true
    }

    fn confirm(&mut self, order: &mut Order) -> bool {
        order.stage = "confirmed";
        let body = order.body().text("shopId", &self.people.shops[order.shop].id);
        self.desk.tell("orders.confirmed", &order.id, body);
        self.notify("notifications.email", order, "order-confirmed", "Votre commande est confirmée.");
        self.page(order, None);
        self.desk.plan_within(3_000, 10_000, Act::Order(order.number, Step::Prepare));
        true
    }

    fn prepare(&mut self, order: &mut Order) -> bool {
        order.stage = "preparing";
        let body = order.body().text("shopId", &self.people.shops[order.shop].id);
        self.desk.tell("orders.preparing", &order.id, body);
        self.page(order, None);
        self.desk.plan_within(18_000, 60_000, Act::Order(order.number, Step::Assign));
        true
    }

    /// The customer changes something that moves no stage.
    fn change(&mut self, order: &mut Order) -> bool {
        order.to = order.to.moved(40.0, -25.0);
        let address = Json::new().text("district", &DISTRICTS[order.district].name).place(order.to).end();
        let body = order.body().raw("address", address).raw("total", order.total).text("currency", "GNF");
        self.desk.tell("orders.updated", &order.id, body);
        true
    }

    fn cancel(&mut self, order: &Order, reason: &str) -> bool {
        self.desk.tell("orders.cancelled", &order.id, order.body().text("reason", reason));
        self.notify("notifications.sms", order, "order-cancelled", "Votre commande est annulée.");
        false
    }

    pub(super) fn notify(&mut self, topic: &'static str, order: &Order, template: &str, text: &str) {
        let who = &self.people.customers[order.customer];
        let body = Json::new()
            .text("customerId", &who.id)
            .text("orderId", &order.id)
            .text("template", template)
            .text("text", &format!("{}: {text}", who.name));
        self.desk.tell(topic, &who.id, body);
    }

    /// The customer's page shows where the order stands, on its way with place and time of arrival.
    pub(super) fn page(&mut self, order: &Order, on_the_way: Option<(Place, Ms)>) {
        let mut body = order.body().text("status", order.stage);
        if let Some((place, eta)) = on_the_way {
            body = body.place(place).text("etaAt", &self.desk.iso(eta));
        }
        self.desk.tell("ui.tracking-updated", &order.id, body);
    }
}

fn item(shop: usize, slot: usize, article: usize, quantity: i64) -> String {
    let article = &ARTICLES[article];
    Json::new()
        .text("sku", &super::stock::sku(shop, slot))
        .text("name", article.name)
        .raw("quantity", quantity)
        .raw("unitPrice", article.price)
        .end()
}
