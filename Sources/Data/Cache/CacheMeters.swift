internal import Telemetry

/// How often a cache had what was asked for.
struct CacheMeters: Sendable {
  let hits: Counter
  let misses: Counter

  init(_ name: String) {
    let registry = MetricsRegistry.process
    hits = registry.counter(
      "cache_hits_total", help: "Look-ups answered by the cache.", labels: ["cache": name])
    misses = registry.counter(
      "cache_misses_total", help: "Look-ups that went to the source.", labels: ["cache": name])
  }
}
