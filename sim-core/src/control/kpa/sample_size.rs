//! How many pods are asked for their numbers.

/// Pods that the scraper asks out of `population`: enough for the population's mean at 95 % confidence, an error
/// of 5 and a variance of 100.
///
/// Source: `pkg/autoscaler/metrics/sample_size.go` of knative/serving. Up to 3 pods all are asked, from about 300
/// on 16.
pub fn sample_size(population: u32) -> u32 {
    if population <= 3 {
        return population;
    }
    let unlimited = 1.96 * 1.96 * 100.0 / 25.0;
    let pods = f64::from(population);
    (pods * unlimited / (pods + unlimited - 1.0)).ceil() as u32
}
