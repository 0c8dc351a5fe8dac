internal import Synchronization

/// The metrics of a process, by name and labels, and their Prometheus text.
///
/// Asking for a metric takes a lock: ask once and keep it. Asking again for the same name and
/// labels gives the same object; asking for a name as another kind is our bug and traps.
package final class MetricsRegistry: Sendable {
  /// The registry that `/metrics` shows.
  package static let process = MetricsRegistry()

  private struct Family {
    var help: String
    var kind: String
    var metrics: [(labels: String, metric: Metric)] = []
  }

  private enum Metric {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
  }

  private let families = Mutex<[String: Family]>([:])

  /// An empty registry.
  package init() {}

  /// The counter of a name, which by custom ends in `_total`, and labels.
  package func counter(
    _ name: String, help: String, labels: KeyValuePairs<String, String> = [:]
  ) -> Counter {
    let metric = metric(name, help, "counter", labels) { .counter(Counter()) }
    guard case .counter(let counter) = metric else { wrongKind(name) }
    return counter
  }

  /// The gauge of a name and labels.
  package func gauge(
    _ name: String, help: String, labels: KeyValuePairs<String, String> = [:]
  ) -> Gauge {
    let metric = metric(name, help, "gauge", labels) { .gauge(Gauge()) }
    guard case .gauge(let gauge) = metric else { wrongKind(name) }
    return gauge
  }

  /// The histogram of a name and labels. `bounds` counts only when it is made.
  package func histogram(
    _ name: String, help: String, labels: KeyValuePairs<String, String> = [:],
    bounds: [Double] = Histogram.latencyBounds
  ) -> Histogram {
    let metric = metric(name, help, "histogram", labels) { .histogram(Histogram(bounds: bounds)) }
    guard case .histogram(let histogram) = metric else { wrongKind(name) }
    return histogram
  }

  private func wrongKind(_ name: String) -> Never {
    fatalError("metric \(name) is used as two kinds")
  }

  private func metric(
    _ name: String, _ help: String, _ kind: String, _ labels: KeyValuePairs<String, String>,
    make: () -> Metric
  ) -> Metric {
    let labels = Self.text(of: labels)
    return families.withLock { families in
      var family = families[name] ?? Family(help: help, kind: kind)
      if let known = family.metrics.first(where: { $0.labels == labels }) { return known.metric }
      let made = make()
      family.metrics.append((labels, made))
      families[name] = family
      return made
    }
  }

  private static func text(of labels: KeyValuePairs<String, String>) -> String {
    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
      .joined(separator: ",")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// Every metric in the Prometheus text format, version 0.0.4, families by name.
  package func prometheusText() -> String {
    let families = families.withLock { $0 }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      text += "# HELP \(name) \(Self.escaped(family.help))\n# TYPE \(name) \(family.kind)\n"
      for (labels, metric) in family.metrics.sorted(by: { $0.labels < $1.labels }) {
        switch metric {
        case .counter(let counter): text += Self.line(name, labels, "\(counter.value)")
        case .gauge(let gauge): text += Self.line(name, labels, "\(gauge.value)")
        case .histogram(let histogram): text += Self.lines(name, labels, histogram)
        }
      }
    }
    return text
  }

  private static func line(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  private static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
    let prefix = labels.isEmpty ? "" : labels + ","
    var text = ""
    var total: UInt64 = 0
    let bounds = histogram.bounds.map { "\($0)" } + ["+Inf"]
    for (bound, count) in zip(bounds, histogram.counts) {
      total += count
      text += line(name + "_bucket", "\(prefix)le=\"\(bound)\"", "\(total)")
    }
    text += line(name + "_sum", labels, "\(histogram.sum)")
    return text + line(name + "_count", labels, "\(total)")
  }
}
