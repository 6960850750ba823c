//! The customer in the shop: login, pages, a search, perhaps a purchase.

use super::json::Json;
use super::orders::{Order, Step};
use super::people::ARTICLES;
use super::world::{Act, World};

impl World {
    pub(super) fn visit(&mut self, number: u32, customer: usize, step: u8, buys: bool) {
        match step {
            0 if !number.is_multiple_of(3) => self.journey("user.login", number, customer, |body| body.text("country", "GN")),
            0 => {}
            1 => self.journey("user.page-view", number, customer, |body| body.text("page", "/accueil")),
            2 => self.search(number, customer),
            3 => {
                let page = format!("/articles/{}", number as usize % ARTICLES.len());
                self.journey("user.page-view", number, customer, |body| body.text("page", &page));
            }
            _ if buys => return self.desk.plan(0, Act::Order(0, Step::Create { customer })),
            _ => return,
        }
        self.desk.plan_within(700, 4_500, Act::Visit { number, customer, step: step + 1, buys });
    }

    fn journey(&mut self, topic: &'static str, number: u32, customer: usize, more: impl FnOnce(Json) -> Json) {
        let user = &self.people.customers[customer].id;
        let body = Json::new().text("userId", user).text("sessionId", &format!("S-{number:07}"));
        self.desk.tell(topic, user, more(body));
    }

    fn search(&mut self, number: u32, customer: usize) {
        let article = ARTICLES[self.desk.rng.usize(..ARTICLES.len())].name;
        let query = article.split(' ').next().unwrap_or(article).to_lowercase();
        let results = self.desk.rng.u32(0..40);
        self.journey("user.search", number, customer, |body| body.text("query", &query).raw("results", results));
    }

    pub(super) fn purchase(&mut self, order: &Order) {
        let (id, total) = (&order.id, order.total);
        self.journey("user.purchase", order.number, order.customer, |body| {
            body.text("orderId", id).raw("amount", total).text("currency", "GNF").text("country", "GN")
        });
    }
}
