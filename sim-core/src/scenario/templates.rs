//! The template gallery: whole scenarios to start from.

/// A scenario of the gallery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Name of its file, without the ending.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What it is about, in a sentence.
    pub summary: &'static str,
    /// What its numbers show; the tests hold it to this.
    pub promise: &'static str,
    /// Rows of the guide to quality, efficiency and cost that it shows: scenarios (S), use cases (U), what breaks in
    /// production (B), layers (L) and anti-patterns (AP).
    pub rows: &'static [&'static str],
    /// The document.
    pub json: &'static str,
}

/// All templates; the first is the one that a newcomer sees.
pub const TEMPLATES: &[Template] = &[
    Template {
        id: "kubernetes-slo-driven",
        title: "Checkout API on Kubernetes",
        summary: "Four weeks of a shop's checkout, autoscaled on P95 latency with CPU beside it.",
        promise: "Whether the SLO is met depends on the CPU target and the spare replicas: from hardly ever to nearly always, at visibly different cost.",
        rows: &[],
        json: include_str!("../../../scenarios/kubernetes-slo-driven.json"),
    },
    Template {
        id: "fewer-pods-than-peak",
        title: "Fewer pods than the peak needs",
        summary: "A web API with a daily wave: 97.5 % of its answers within 200 ms, with an autoscaler instead of pods for the peak.",
        promise: "Eight pods all day meet the SLO, seven do not; an autoscaler meets it with a third fewer pods in the mean, for less money. At a CPU target of 80 % it does not.",
        rows: &["S1"],
        json: include_str!("../../../scenarios/fewer-pods-than-peak.json"),
    },
    Template {
        id: "launch-of-unknown-size",
        title: "Launch of unknown size",
        summary: "The first week of a product whose demand nobody knows yet: the mean rate and the service time are beliefs, and four knobs are marked to search.",
        promise: "Most of what the cost varies is due to what is not known. As it is, the design misses its SLO in one world of five; one that a search finds, with a lower CPU target and cheaper nodes, meets it in nearly all for no more money.",
        rows: &[],
        json: include_str!("../../../scenarios/launch-of-unknown-size.json"),
    },
    Template {
        id: "recorded-traffic",
        title: "Checkout API on recorded traffic",
        summary: "The same design under a real recording: the NASA web server's log of July 1995, scaled.",
        promise: "Real traffic is rougher than a sine: its peak is five times its mean.",
        rows: &[],
        json: include_str!("../../../scenarios/recorded-traffic.json"),
    },
    Template {
        id: "misconfigured-autoscaler",
        title: "Misconfigured autoscaler",
        summary: "Broken on purpose: the CPU target lies above what a busy replica can reach.",
        promise: "It never scales up and misses its SLO at every peak; nearly all bad requests are due to saturation.",
        rows: &["B1"],
        json: include_str!("../../../scenarios/misconfigured-autoscaler.json"),
    },
    Template {
        id: "thrashing-autoscaler",
        title: "Thrashing autoscaler",
        summary: "Broken on purpose: an autoscaler without stabilization follows every ripple of a bursty load.",
        promise: "It scales more than once a minute and finds each burst with too few pods; stabilized for fifteen minutes it scales a tenth as often, P95 falls to a third, and the SLO is met for less than a fifth more.",
        rows: &["U1"],
        json: include_str!("../../../scenarios/thrashing-autoscaler.json"),
    },
    Template {
        id: "knative-scale-to-zero",
        title: "Knative: asleep between waves",
        summary: "Six hours of a service that is called in waves and sleeps in between, under the Knative autoscaler.",
        promise: "Asleep it costs less, and misses its latency objective each time it wakes up; one replica kept awake meets it and costs more.",
        rows: &[],
        json: include_str!("../../../scenarios/knative-scale-to-zero.json"),
    },
    Template {
        id: "queue-workers-keda",
        title: "Workers behind a queue, under KEDA",
        summary: "Four weeks of a renderer of documents: KEDA scales its workers from none to sixty on the length of their queue, with some ready in office hours.",
        promise: "On the length of the queue alone the workers swing between few and all, and the latency objective is missed. The more of them the timetable keeps ready, the less they swing: with 28 the SLO is met for a fifth less money, and for less than two thirds of what 28 cost all day.",
        rows: &["U1", "AP3"],
        json: include_str!("../../../scenarios/queue-workers-keda.json"),
    },
    Template {
        id: "online-shop",
        title: "Online shop with dependencies",
        summary: "Seven services, a database that fails over now and then, a payment provider, and a checkout route of its own.",
        promise: "The database's outages spend most of the success budget: how fast it fails over decides whether the SLO is met. The shop as a whole meets its latency objective while the checkout route misses it, for the payment provider's sake.",
        rows: &[],
        json: include_str!("../../../scenarios/online-shop.json"),
    },
    Template {
        id: "third-party-risk",
        title: "Third-party risk",
        summary: "A day of a checkout that asks other people's delivery quotes: slow for half an hour at noon, down for a quarter of one in the evening.",
        promise: "With a short patience, a circuit breaker and answers without the quote it meets its SLO every day; without the breaker it misses the latency objective, and waiting for every quote the success objective too.",
        rows: &["U7"],
        json: include_str!("../../../scenarios/third-party-risk.json"),
    },
    Template {
        id: "retry-storm",
        title: "Retry storm",
        summary: "Broken on purpose: three hours of an order service whose clients try once more, and one minute of a slow database.",
        promise: "It never recovers, because the load with all retries is above capacity. With a retry budget of 10 %, or a queue that serves the newest first, it does, and meets its SLO.",
        rows: &["AP19"],
        json: include_str!("../../../scenarios/retry-storm.json"),
    },
    Template {
        id: "database-right-size",
        title: "Database of the right size",
        summary: "An API whose requests make three queries each, a few of them slow, to read replicas on nodes of their own.",
        promise: "Three replicas fall behind at the peak and miss the SLO by far; four meet it; more cost a sixth more each and bring nothing.",
        rows: &["U5"],
        json: include_str!("../../../scenarios/database-right-size.json"),
    },
    Template {
        id: "news-behind-cdn",
        title: "News site behind a CDN",
        summary: "Two weeks of a news site: a content delivery network keeps pages for two minutes, each deploy empties it.",
        promise: "Kept longer, pages cost less and each deploy hits the services harder: kept for eleven minutes, with few spare replicas, the deploys spend the whole error budget; kept for one, the SLO is met for some 5 % more.",
        rows: &["L1"],
        json: include_str!("../../../scenarios/news-behind-cdn.json"),
    },
    Template {
        id: "data-lake-lifecycle",
        title: "Data lake with lifecycle rules",
        summary: "A query service over two years of events in S3: objects move to colder classes as they age.",
        promise: "Against keeping all in S3 Standard, storage costs 40 % less with 90 % of the queries in time; moved to the archive a week after they are written, it costs still less and queries wait for hours.",
        rows: &["S4", "U3"],
        json: include_str!("../../../scenarios/data-lake-lifecycle.json"),
    },
    Template {
        id: "storage-too-cheap",
        title: "Storage made too cheap",
        summary: "Broken on purpose: a cost-saving job moves a data lake to the archive two weeks after it is written.",
        promise: "The bill is a fifth below that of the same lake archived after four months, and two queries in five wait for hours.",
        rows: &["B2"],
        json: include_str!("../../../scenarios/storage-too-cheap.json"),
    },
    Template {
        id: "nightly-batch-on-spot",
        title: "Nightly batch on spot",
        summary: "Eighty machine-hours every night on ten machines, some of them on spot and reclaimed now and then, due by the morning.",
        promise: "All on spot the job costs less than half of on demand and is late too often; each machine on demand makes it dearer and late runs rarer. Saved every 50 minutes, near the best interval of theory, it costs less than saved every 10 or 90. A policy that watches the deadline is in time at nearly the price of spot.",
        rows: &["U8"],
        json: include_str!("../../../scenarios/nightly-batch-on-spot.json"),
    },
    Template {
        id: "spot-with-fallback",
        title: "Spot with a fallback",
        summary: "Four weeks of an API on spot nodes of one pool, which takes all of them back six times a month.",
        promise: "With nodes on demand to fall back to, it meets its SLO for a quarter less than all on demand; without, it saves hardly more and misses: evictions spend the budget.",
        rows: &["B5"],
        json: include_str!("../../../scenarios/spot-with-fallback.json"),
    },
    Template {
        id: "serverless-api",
        title: "Serverless API and its cold starts",
        summary: "Four weeks of a business API on two functions: busy by day, asleep at night, with starts of three seconds.",
        promise: "Cold starts are a fifth of a per cent of the requests and spend twice the latency budget. Four provisioned instances meet it for ten times the price of the functions; a warmer with five calls every five minutes does for next to nothing. Instances that stay longer start less often.",
        rows: &["U4"],
        json: include_str!("../../../scenarios/serverless-api.json"),
    },
    Template {
        id: "serverless-third-less",
        title: "Serverless for a third less",
        summary: "An order API on three functions: provisioned instances where the customer waits, and by day; the rest is asynchronous.",
        promise: "Against instances provisioned for every function all day, with the customer waiting for receipt and audit trail, it costs at least 30 % less; both meet the latency SLA. Without any provisioned instance it costs still less and misses.",
        rows: &["S2"],
        json: include_str!("../../../scenarios/serverless-third-less.json"),
    },
    Template {
        id: "large-shop",
        title: "A whole shop",
        summary: "A CDN, seven services, two functions, database, cache, search and payment; most nodes on spot, nightly batch, a data lake.",
        promise: "With the nodes behind its pages on spot, all nodes cost at least a third less than on demand, and it meets its SLO, data lake and nightly job included; what the CDN sends is the largest part of the bill. As a whole it is fast enough while the checkout, which waits for the payment provider, is not.",
        rows: &["L1", "U3", "U8"],
        json: include_str!("../../../scenarios/large-shop.json"),
    },
];

/// The template of this id.
pub fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}
