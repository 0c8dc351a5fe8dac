/// The binds of one statement in libpq's form: one buffer, text ended by NUL, bytes as they are.
struct PackedParameters {
  private var buffer: [UInt8] = []
  private var offsets: [Int] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  /// libpq's and the protocol's limit.
  static let maximumCount = 65_535

  /// Refuses what cannot be sent: a NUL inside a text, or too many parameters.
  init(_ binds: [Bind]) throws(PostgresError) {
    guard binds.count <= PackedParameters.maximumCount else {
      throw PostgresError(
        .invalidParameter,
        "statement has \(binds.count) parameters; the limit is \(PackedParameters.maximumCount)")
    }
    for (index, bind) in binds.enumerated() {
      switch bind {
      case .null: append(offset: -1, length: 0, format: 0)
      case .bytes(let bytes):
        append(offset: buffer.count, length: bytes.count, format: 1)
        buffer += bytes
      case .text(let text):
        append(offset: buffer.count, length: text.utf8.count, format: 0)
        guard !text.utf8.contains(0) else {
          throw PostgresError(.invalidParameter, "parameter \(index + 1) contains a NUL character")
        }
        buffer += text.utf8
      }
      buffer.append(0)
    }
  }

  var count: Int32 { Int32(offsets.count) }

  private mutating func append(offset: Int, length: Int, format: Int32) {
    offsets.append(offset)
    lengths.append(Int32(truncatingIfNeeded: length))
    formats.append(format)
  }

  /// The three arrays, valid during the call.
  func withPointers<Value>(
    _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Value
  ) -> Value {
    unsafe buffer.withUnsafeBytes { bytes in
      let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      let values = unsafe offsets.map { offset -> UnsafePointer<CChar>? in
        offset < 0 ? nil : unsafe base.map { unsafe $0 + offset }
      }
      return unsafe body(values, lengths, formats)
    }
  }
}
