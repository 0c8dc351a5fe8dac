import Synchronization

/// Texts under keys, in memory. Any task may use it.
public final class Store: Sendable {
  /// A value and how many values its key has had.
  public struct Item: Sendable, Equatable {
    public let value: String
    public let revision: Int64
  }

  private let items = Mutex([String: Item]())

  /// A store without entries.
  public init() {}

  /// What is under `key`.
  public func item(_ key: String) -> Item? { items.withLock { $0[key] } }

  /// Puts `value` under `key` and gives what is there now.
  public func put(_ value: String, under key: String) -> Item {
    items.withLock { items in
      let item = Item(value: value, revision: (items[key]?.revision ?? 0) + 1)
      items[key] = item
      return item
    }
  }

  /// The keys that begin with `prefix`, in order.
  public func keys(from prefix: String) -> [String] {
    items.withLock { items in items.keys.filter { $0.hasPrefix(prefix) }.sorted() }
  }
}
