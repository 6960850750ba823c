//! Who lives and works in the town: made once from the seed.

use super::places::{DISTRICTS, Place};
use fastrand::Rng;

const FIRST: [&str; 40] = [
    "Mamadou",
    "Fatoumata",
    "Ibrahima",
    "Aïssatou",
    "Ousmane",
    "Mariama",
    "Alpha",
    "Kadiatou",
    "Sékou",
    "Hawa",
    "Abdoulaye",
    "Aminata",
    "Thierno",
    "Djénabou",
    "Mohamed",
    "M'Mah",
    "Lansana",
    "Nènè",
    "Facinet",
    "Bintou",
    "Amadou",
    "Ramatoulaye",
    "Boubacar",
    "Oumou",
    "Souleymane",
    "Hadja",
    "Moussa",
    "Saran",
    "Elhadj",
    "Salématou",
    "Cellou",
    "Nagnouma",
    "Fodé",
    "Yarie",
    "Karamo",
    "Mabinty",
    "Naby",
    "Fanta",
    "Bangaly",
    "Tiguidanké",
];
const LAST: [&str; 26] = [
    "Diallo",
    "Barry",
    "Bah",
    "Sow",
    "Camara",
    "Condé",
    "Touré",
    "Keïta",
    "Sylla",
    "Soumah",
    "Bangoura",
    "Traoré",
    "Kourouma",
    "Cissé",
    "Baldé",
    "Kaba",
    "Doumbouya",
    "Conté",
    "Fofana",
    "Yansané",
    "Guilavogui",
    "Haba",
    "Kolié",
    "Sidibé",
    "Dramé",
    "Tounkara",
];
const SHOPS: [&str; 20] = [
    "Le Petit Baoulé",
    "Chez Tantie Hawa",
    "Maquis du Port",
    "La Paillote",
    "Boutique Alpha",
    "Superette Madina",
    "Délices de Kipé",
    "Grillades Taouyah",
    "Pharmacie du Peuple",
    "Boulangerie Moderne",
    "Le Damier",
    "Marché Express",
    "Chez Mariama",
    "Le Jardin",
    "Épicerie Centrale",
    "Poissonnerie Boulbinet",
    "Le Rogbané",
    "Riz et Sauces",
    "Glacier Nongo",
    "Atelier du Pagne",
];

pub(super) struct Article {
    pub name: &'static str,
    /// GNF, which has no minor unit.
    pub price: i64,
}

const fn article(name: &'static str, price: i64) -> Article {
    Article { name, price }
}

pub(super) const ARTICLES: [Article; 24] = [
    article("Riz gras au poisson", 35_000),
    article("Sauce feuille de manioc", 30_000),
    article("Sauce arachide", 30_000),
    article("Poulet braisé", 75_000),
    article("Poisson braisé et attiéké", 60_000),
    article("Brochettes de bœuf", 25_000),
    article("Fonio à la sauce gombo", 28_000),
    article("Lafidi", 25_000),
    article("Alloco", 15_000),
    article("Jus de gingembre 50 cl", 10_000),
    article("Bissap 50 cl", 10_000),
    article("Eau minérale 1,5 l", 7_000),
    article("Pain complet", 5_000),
    article("Lait caillé", 12_000),
    article("Sac de riz 5 kg", 65_000),
    article("Huile végétale 1 l", 22_000),
    article("Sucre 1 kg", 14_000),
    article("Savon de ménage", 6_000),
    article("Couches bébé (30)", 95_000),
    article("Crédit téléphonique", 20_000),
    article("Mangues (5)", 15_000),
    article("Bananes plantain", 18_000),
    article("Pagne léppi", 180_000),
    article("Paracétamol 500 mg", 9_000),
];

/// Each shop sells so many of the articles.
pub(super) const ARTICLES_A_SHOP: usize = 8;
const CUSTOMERS: usize = 2_400;
const SHOP_COUNT: usize = 60;
/// How far a shop delivers, in metres.
const REACH_M: f64 = 1_900.0;

pub(super) struct Customer {
    pub id: String,
    pub name: String,
    pub district: usize,
    pub home: Place,
}

pub(super) struct Shop {
    pub id: String,
    pub name: String,
    pub district: usize,
    pub place: Place,
    /// Places in [`ARTICLES`].
    pub sells: [usize; ARTICLES_A_SHOP],
}

pub(super) struct People {
    pub customers: Vec<Customer>,
    pub shops: Vec<Shop>,
    /// For each district, the shops that deliver there: never empty.
    pub near: Vec<Vec<usize>>,
}

pub(super) fn full_name(rng: &mut Rng) -> String {
    format!("{} {}", FIRST[rng.usize(..FIRST.len())], LAST[rng.usize(..LAST.len())])
}

/// Somewhere in the district.
pub(super) fn somewhere(rng: &mut Rng, district: usize) -> Place {
    DISTRICTS[district].middle.moved(rng.f64() * 900.0 - 450.0, rng.f64() * 900.0 - 450.0)
}

impl People {
    pub fn new(rng: &mut Rng) -> Self {
        let shops: Vec<Shop> = (0..SHOP_COUNT).map(|n| shop(rng, n)).collect();
        let near = (0..DISTRICTS.len()).map(|d| near(&shops, d)).collect();
        let customers = (0..CUSTOMERS)
            .map(|n| {
                let district = rng.usize(..DISTRICTS.len());
                Customer { id: format!("CLI-{:05}", n + 1), name: full_name(rng), district, home: somewhere(rng, district) }
            })
            .collect();
        Self { customers, shops, near }
    }
}

fn shop(rng: &mut Rng, n: usize) -> Shop {
    let district = n % DISTRICTS.len();
    let first = rng.usize(..ARTICLES.len());
    // Three apart: eight different ones of the 24, whatever the first.
    let sells = std::array::from_fn(|i| (first + 3 * i) % ARTICLES.len());
    let name = format!("{} ({})", SHOPS[n % SHOPS.len()], DISTRICTS[district].name);
    Shop { id: format!("BTQ-{:03}", n + 1), name, district, place: somewhere(rng, district), sells }
}

fn near(shops: &[Shop], district: usize) -> Vec<usize> {
    let middle = DISTRICTS[district].middle;
    let mut by_distance: Vec<(f64, usize)> = shops.iter().enumerate().map(|(i, s)| (s.place.metres_to(middle), i)).collect();
    by_distance.sort_by(|a, b| a.0.total_cmp(&b.0));
    let within = by_distance.iter().filter(|(m, _)| *m <= REACH_M).count().max(1);
    by_distance.iter().take(within).map(|(_, i)| *i).collect()
}
