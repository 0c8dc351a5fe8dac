/// A value about a person: a phone number, speech, a name, a key. It travels, but never prints.
///
/// Describing, reflecting, dumping and logging it all say `<personal>`; `value` is the only way in,
/// so each use can be found and questioned.
package struct Personal<Value> {
  /// The value itself. Never pass it to a log, an error text or a metric label.
  package let value: Value

  /// Marks `value`.
  package init(_ value: Value) { self.value = value }

  /// Marks what `transform` makes of the value.
  package func map<T>(_ transform: (Value) throws -> T) rethrows -> Personal<T> {
    Personal<T>(try transform(value))
  }
}

extension Personal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<personal>" }
  package var debugDescription: String { "<personal>" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

extension Personal: Sendable where Value: Sendable {}
extension Personal: Equatable where Value: Equatable {}
extension Personal: Hashable where Value: Hashable {}
