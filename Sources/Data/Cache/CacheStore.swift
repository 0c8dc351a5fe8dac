internal import EventLoop

/// Where values are kept for a while that can always be had again from their source.
///
/// A store never throws: one that is dead, full or slow finds nothing and keeps nothing. What was
/// dropped is not found again, also not through a fill that began before the drop: see ``FillTicket``.
package protocol CacheStore<Value>: Sendable {
  associatedtype Value: Sendable

  /// The part that lies in this process, which hot paths ask without waiting.
  var near: MemoryCache<Value> { get }

  /// The value, or the right to bring it.
  func find(_ key: CacheKey) async -> CacheAnswer<Value>

  /// Whether nothing was dropped since the ticket was given, as far as this process knows.
  func isCurrent(_ ticket: FillTicket) -> Bool

  /// Keeps a value read from its source after the ticket was given; does nothing when the key was
  /// dropped meanwhile.
  func fill(_ ticket: FillTicket, with value: Value) async

  /// Forgets a value. When it returns, no caller of this process finds what was there before; other
  /// processes hear by ``CacheInvalidations``.
  func drop(_ key: CacheKey) async

  /// Forgets everything.
  func dropAll() async
}

/// What a store knows of a key.
package enum CacheAnswer<Value: Sendable>: Sendable {
  case found(Value)
  /// Read the source, then `fill`.
  case missing(FillTicket)

  /// The value, if it was found.
  package var value: Value? {
    if case .found(let value) = self { value } else { nil }
  }

  /// The ticket, if it was not.
  package var ticket: FillTicket? {
    if case .missing(let ticket) = self { ticket } else { nil }
  }
}

/// The right to bring a value, given before its source is read. A drop makes it worthless.
package struct FillTicket: Sendable {
  let key: CacheKey
  /// What had been dropped in this process by then.
  let generation: UInt64
  let begun: LoopInstant
  /// What Redis held in the key's place; nil when it was not asked or did not answer.
  var far: FarTicket?

  struct FarTicket: Sendable, Equatable {
    let epoch: [UInt8]
    let seen: [UInt8]
  }

  /// A fill that takes longer is not kept: by then what tells of a drop may be gone.
  static let patience = Duration.seconds(10)
}
