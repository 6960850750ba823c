use super::*;

const TOPICS: &str = "orders.created inventory.checked payments.initiated payments.completed payments.failed orders.confirmed \
    orders.preparing delivery.assigned delivery.pickup delivery.in-transit delivery.delivered delivery.failed orders.updated \
    delivery.updated delivery.tracking orders.cancelled inventory.updated inventory.low-stock location.updated \
    delivery.eta-updated notifications.email notifications.sms notifications.push ui.tracking-updated user.login user.page-view \
    user.search user.purchase vigie.dead-letter vigie.worker-state vigie.alerts";

#[test]
fn the_shipped_catalogue_has_every_topic() {
    let catalogue = Catalogue::builtin();
    for name in TOPICS.split_whitespace() {
        assert_eq!(catalogue.topic(name).expect(name).name.as_ref(), name);
    }
    assert_eq!(catalogue.topics.len(), TOPICS.split_whitespace().count());
    assert!(catalogue.topic("orders.other").is_none());
}

#[test]
fn the_order_walks_its_ten_stages() {
    let catalogue = Catalogue::builtin();
    let order = catalogue.pipeline("order").unwrap();
    let names: Vec<_> = order.stages.iter().map(|s| s.name.as_ref()).collect();
    let expected = "created checked paying paid confirmed preparing assigned picked_up in_transit delivered";
    assert_eq!(names.join(" "), expected);
    assert_eq!(order.exits.join(" "), "cancelled payment_failed delivery_failed");
    for stage in names {
        let enters = |t: &&TopicEntry| matches!(&t.role, Role::Stage { pipeline, stage: s } if pipeline.as_ref() == "order" && s.as_ref() == stage);
        assert_eq!(catalogue.topics.iter().filter(enters).count(), 1, "{stage}");
    }
}

#[test]
fn fields_carry_their_kind_and_their_marks() {
    let catalogue = Catalogue::builtin();
    let tracking = catalogue.topic("delivery.tracking").unwrap();
    let lat = tracking.fields.iter().find(|f| f.name.as_ref() == "lat").unwrap();
    assert_eq!((lat.kind, lat.required, lat.private), (FieldKind::Number, true, true));
    let failed = catalogue.topic("payments.failed").unwrap();
    assert_eq!(failed.role.label(), "exit:payment_failed");
    assert_eq!(failed.also.as_ref().unwrap().entity.as_ref(), "paymentId");
    assert_eq!(catalogue.topic("orders.updated").unwrap().entity_or.as_deref(), Some("id"));
}

#[test]
fn dead_letters_are_known_by_pattern() {
    let catalogue = Catalogue::builtin();
    assert_eq!(catalogue.dead_letter_source("orders.created.dlq"), Some("orders.created"));
    assert_eq!(catalogue.dead_letter_source("a.DLT"), Some("a"));
    assert_eq!(catalogue.dead_letter_source("a-dead-letter"), Some("a"));
    assert_eq!(catalogue.dead_letter_source(".dlq"), None);
    assert_eq!(catalogue.dead_letter_source("orders.created"), None);
}

/// The message for a mistake on a line of an else right file.
fn told(lines: &str) -> String {
    let base = "[[pipeline]]\nname = \"order\"\nstages = [{ name = \"new\", deadline = \"5m\" }]\nexits = [\"gone\"]\n";
    Catalogue::from_toml(&format!("{base}{lines}"), "shop.toml").expect_err("the file is wrong").to_string()
}

#[test]
fn mistakes_are_told_with_line_key_and_what_would_be_right() {
    let topic = "[[topic]]\nname = \"a\"\n";
    let cases = [
        (
            "[[topic]]\nname = \"a b\"\nrole = \"page\"\n",
            "shop.toml, line 6, `a b`: not a name that Kafka allows for a topic; use letters",
        ),
        (&format!("{topic}role = \"stag\"\n"), "shop.toml, line 7, `stag`: not a role; one of stage, exit, "),
        (&format!("{topic}role = \"stage\"\n"), "shop.toml, line 7, `stage`: the role `stage` of `a` needs `pipeline`; add a line"),
        (
            &format!("{topic}role = \"stage\"\npipeline = \"ordr\"\nstage = \"new\"\n"),
            "shop.toml, line 8, `ordr`: no such pipeline; one of order",
        ),
        (
            &format!("{topic}role = \"stage\"\npipeline = \"order\"\nstage = \"neu\"\n"),
            "shop.toml, line 9, `neu`: no stage of `order`; one of new",
        ),
        (
            &format!("{topic}role = \"exit\"\npipeline = \"order\"\nexit = \"new\"\n"),
            "shop.toml, line 9, `new`: no exit of `order`; one of gone",
        ),
        (
            &format!("{topic}role = \"page\"\nstep = \"x\"\n"),
            "shop.toml, line 8, `x`: `step` means nothing for the role `page`; remove it, or make the role journey",
        ),
        (&format!("{topic}role = \"page\"\npartitions = 0\n"), "shop.toml, line 8, `partitions`: 0 partitions; from 1 to 10000"),
        (
            &format!("{topic}role = \"page\"\ncleanup = \"no\"\n"),
            "shop.toml, line 8, `no`: not a cleanup policy; one of delete, compact, compact,delete",
        ),
        (&format!("{topic}role = \"page\"\nrolle = 1\n"), "shop.toml, line 8, `rolle`: unknown field `rolle`, expected one of"),
        (
            &format!("{topic}role = \"page\"\n{topic}role = \"page\"\n"),
            "shop.toml, line 9, `a`: this topic stands here twice; remove one of the two",
        ),
        (
            &format!("{topic}role = \"page\"\n[topic.fields]\nx = \"string\"\n"),
            "shop.toml, line 9, `string`: not a kind for the field `x`; one of text, integer, amount",
        ),
        (
            &format!("{topic}role = \"page\"\n[topic.fields]\nx = \"text must\"\n"),
            "shop.toml, line 9, `text must`: `must` says nothing about a field; `required`, `private` and `as` do",
        ),
        (&format!("{topic}role = \"page\"\n[topic.fields]\norderId = \"text\"\norder_id = \"text\"\n"), "the same field as `order"),
        (
            "[[pipeline]]\nname = \"order\"\nstages = [{ name = \"x\" }]\n",
            "shop.toml, line 6, `order`: this pipeline stands here twice",
        ),
        (
            "[[pipeline]]\nname = \"p\"\nstages = [{ name = \"x\", deadline = \"soon\" }]\n",
            "shop.toml, line 7, `soon`: not a duration; write it as \"45s\"",
        ),
        ("[[pipeline]]\nname = \"p\"\nstages = []\n", "shop.toml, line 6, `p`: a pipeline without stages"),
        ("[[topic]\n", "shop.toml, line 5"),
    ];
    for (lines, expected) in cases {
        let message = told(lines);
        assert!(message.contains(expected), "{lines}\n  said: {message}\n  expected: {expected}");
    }
    let pattern = Catalogue::from_toml("dead_letters = [\"dlq\"]", "shop.toml").expect_err("no star").to_string();
    assert_eq!(
        pattern,
        "shop.toml, line 1, `dlq`: not a pattern of dead-letter topics; write one `*` for the source topic, as in `*.dlq`"
    );
}

#[test]
fn the_other_spelling_of_a_field() {
    assert_eq!(snake_case("orderId"), "order_id");
    assert_eq!(snake_case("speedKmh"), "speed_kmh");
    assert_eq!(snake_case("id"), "id");
}

fn hostile_catalogues(cases: u64) {
    use crate::model::hostile::Spoiler;
    // Pieces of the shipped one: a small file is spoiled more thoroughly than a great one.
    let blocks: Vec<&str> = BUILTIN_TOML.split("\n\n").filter(|b| b.lines().any(|l| !l.starts_with('#'))).collect();
    let piece = |at| blocks.iter().take(2).chain(blocks.iter().skip(at).take(3)).copied().collect::<Vec<_>>().join("\n\n");
    let pieces: Vec<String> = (0..blocks.len()).map(piece).collect();
    let mut files = Spoiler::new(4, &pieces);
    let mut read = 0_u64;
    for _ in 0..cases {
        match Catalogue::from_toml(&files.next_text(), "c.toml") {
            Ok(_) => read += 1,
            Err(error) => assert!(error.line > 0 && !error.to_string().is_empty()),
        }
    }
    println!("{cases} hostile catalogues: {read} could be read");
}

#[test]
fn hostile_catalogues_make_no_panic() {
    hostile_catalogues(2_000);
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_catalogue() {
    hostile_catalogues(crate::model::hostile::cases(1_000_000));
}
