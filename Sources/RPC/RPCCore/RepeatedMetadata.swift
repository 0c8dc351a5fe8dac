internal import Buffers

/// Metadata of a request that probably repeats the one before it on its connection: a client sends its
/// name, its key and its version each time. HPACK sends them once; here they are made once, and every
/// call shares them.
package struct RepeatedMetadata: Sendable {
  private let model: Metadata
  /// How many of the model's entries came again, in order.
  private var count = 0
  /// What came, once it differs from the model.
  private var own: Metadata?

  /// Expects what `model` has.
  package init(like model: Metadata = Metadata()) { self.model = model }

  /// What came so far.
  package var metadata: Metadata {
    own ?? (count == model.entries.count ? model : model.prefix(count))
  }

  /// Whether this field, a text, is the next one of the model; it is counted then.
  @inline(__always)
  package mutating func repeats(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) -> Bool {
    guard own == nil, count < model.entries.count,
      unsafe model.entries[count].value.isText(value), unsafe model.entries[count].name.isUTF8(name)
    else { return false }
    count += 1
    return true
  }

  /// Appends what is not the model's next entry.
  package mutating func append<E: Error>(_ body: (inout Metadata) throws(E) -> Void) throws(E) {
    var metadata = self.metadata
    own = nil
    defer { own = metadata }
    try body(&metadata)
  }
}

extension MetadataValue {
  /// Whether it is the text of these bytes. A method, as text taken out of an array's element would be
  /// retained to be looked at.
  @inline(never)
  fileprivate func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .ascii(let text): text.isUTF8(bytes)
    case .binary: false
    }
  }
}
