//! Records that the stories make wrong on purpose.

use super::desk::Happening;
use super::stories::DEAD_LETTER_TOPIC;
use super::world::World;

const DEAD_LETTERS: usize = 4;

impl World {
    /// Somebody's script wrote its log into the topic.
    pub(super) fn poison(&mut self) {
        let key = self.some_order();
        self.spoil("orders.updated", &key, format!("{{\"orderId\":\"{key}\",\"status\":\"chang\nERROR socket hang up"));
    }

    /// A payment without its id, and a position that says where in words.
    pub(super) fn breach(&mut self) {
        let key = self.some_order();
        self.spoil("payments.completed", &key, format!("{{\"orderId\":\"{key}\",\"amount\":\"45000\",\"currency\":\"GNF\"}}"));
        self.spoil("delivery.tracking", &key, format!("{{\"orderId\":\"{key}\",\"lat\":\"près du marché\",\"lon\":null}}"));
    }

    /// The notifier gives up on some text messages.
    pub(super) fn dead_letters(&mut self) {
        for customer in self.people.customers.iter().take(DEAD_LETTERS).map(|c| c.id.clone()).collect::<Vec<_>>() {
            let value = format!("{{\"customerId\":\"{customer}\",\"template\":\"on-the-way\",\"error\":\"numéro invalide\"}}");
            self.spoil(DEAD_LETTER_TOPIC, &customer, value);
        }
    }

    fn some_order(&self) -> String {
        self.orders.values().next().map_or_else(|| "CMD-000001".into(), |o| o.id.clone())
    }

    fn spoil(&mut self, topic: &'static str, key: &str, value: String) {
        let at = self.desk.clock.wall(self.desk.now);
        let (key, value) = (key.to_owned(), value.into_bytes());
        self.desk.send(Happening { topic, at, due: at.plus_ms(3), key, value, headers: Vec::new(), spoiled: true });
    }
}
