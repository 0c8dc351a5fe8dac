/// Where a session's or a leg's events go; those that come before anybody listens are kept for whoever
/// does, up to a limit. Loop-confined.
package final class EventOutlet<Event> {
  private let limit: Int
  private var waiting: [Event]

  /// `first` are told before all others.
  package init(first: [Event] = [], limit: Int = 1_024) {
    waiting = first
    self.limit = limit
  }

  /// Gets what waits at once, and all that comes.
  package var listener: ((Event) -> Void)? {
    didSet {
      guard let listener, !waiting.isEmpty else { return }
      let events = waiting
      waiting = []
      for event in events { listener(event) }
    }
  }

  package func send(_ event: Event) {
    if let listener {
      listener(event)
    } else if waiting.count < limit {
      waiting.append(event)
    }
  }
}
