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
        json: include_str!("../../../scenarios/kubernetes-slo-driven.json"),
    },
    Template {
        id: "recorded-traffic",
        title: "Checkout API on recorded traffic",
        summary: "The same design under a real recording: the NASA web server's log of July 1995, scaled.",
        promise: "Real traffic is rougher than a sine: its peak is five times its mean.",
        json: include_str!("../../../scenarios/recorded-traffic.json"),
    },
    Template {
        id: "misconfigured-autoscaler",
        title: "Misconfigured autoscaler",
        summary: "Broken on purpose: the CPU target lies above what a busy replica can reach.",
        promise: "It never scales up and misses its SLO at every peak; nearly all bad requests are due to saturation.",
        json: include_str!("../../../scenarios/misconfigured-autoscaler.json"),
    },
    Template {
        id: "knative-scale-to-zero",
        title: "Knative: asleep between waves",
        summary: "Six hours of a service that is called in waves and sleeps in between, under the Knative autoscaler.",
        promise: "Asleep it costs less, and misses its latency objective each time it wakes up; one replica kept awake meets it and costs more.",
        json: include_str!("../../../scenarios/knative-scale-to-zero.json"),
    },
    Template {
        id: "online-shop",
        title: "Online shop with dependencies",
        summary: "Seven services, a database that fails over now and then, a payment provider, and a checkout route of its own.",
        promise: "The database's outages spend most of the success budget: how fast it fails over decides whether the SLO is met. The shop as a whole meets its latency objective while the checkout route misses it, for the payment provider's sake.",
        json: include_str!("../../../scenarios/online-shop.json"),
    },
    Template {
        id: "news-behind-cdn",
        title: "News site behind a CDN",
        summary: "Two weeks of a news site: a content delivery network keeps pages for two minutes, each deploy empties it.",
        promise: "Kept longer, pages cost less and each deploy hits the services harder: kept for eleven minutes, with few spare replicas, the deploys spend the whole error budget; kept for one, the SLO is met for some 5 % more.",
        json: include_str!("../../../scenarios/news-behind-cdn.json"),
    },
    Template {
        id: "data-lake-lifecycle",
        title: "Data lake with lifecycle rules",
        summary: "A query service over two years of events in S3: objects move to colder classes as they age.",
        promise: "Against keeping all in S3 Standard, storage costs 40 % less with 90 % of the queries in time; moved to the archive a week after they are written, it costs still less and queries wait for hours.",
        json: include_str!("../../../scenarios/data-lake-lifecycle.json"),
    },
    Template {
        id: "nightly-batch-on-spot",
        title: "Nightly batch on spot",
        summary: "Eighty machine-hours every night on ten machines, some of them on spot and reclaimed now and then, due by the morning.",
        promise: "All on spot the job costs less than half of on demand and is late too often; each machine on demand makes it dearer and late runs rarer. Saved every 50 minutes, near the best interval of theory, it costs less than saved every 10 or 90. A policy that watches the deadline is in time at nearly the price of spot.",
        json: include_str!("../../../scenarios/nightly-batch-on-spot.json"),
    },
    Template {
        id: "spot-with-fallback",
        title: "Spot with a fallback",
        summary: "Four weeks of an API on spot nodes of one pool, which takes all of them back six times a month.",
        promise: "With nodes on demand to fall back to, it meets its SLO for a quarter less than all on demand; without, it saves hardly more and misses: evictions spend the budget.",
        json: include_str!("../../../scenarios/spot-with-fallback.json"),
    },
];

/// The template of this id.
pub fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}
