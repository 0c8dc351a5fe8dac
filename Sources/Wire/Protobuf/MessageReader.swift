/// Reads the pieces of a protobuf-c struct into Swift; used by generated code only.
///
/// It does not throw: a failure is noted once and the caller asks at the end, so that generated
/// code stays one line a field.
@safe
public struct MessageReader {
  /// The first thing that went wrong.
  public private(set) var failure: ProtobufError?

  init() { failure = nil }

  /// The text at `data`; not UTF-8 is a failure and reads as empty.
  public mutating func string(
    _ data: UnsafePointer<UInt8>?, _ count: Int
  ) -> String {
    guard count > 0, let data = unsafe data else { return "" }
    if let text = unsafe ASCIIText.string(data, count) { return text }
    let bytes = unsafe UnsafeBufferPointer(start: data, count: count)
    do {
      return unsafe String(copying: try UTF8Span(validating: bytes.span))
    } catch {
      fail(ProtobufError(.invalidUTF8, "a string field is not valid UTF-8"))
      return ""
    }
  }

  /// The bytes at `data`.
  public func bytes(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    guard count > 0, let data = unsafe data else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: data, count: count))
  }

  /// The unknown fields of the protobuf-c message at `c`.
  @inline(__always)
  public func unknownFields(_ c: UnsafeRawPointer) -> UnknownFields {
    unsafe CMessage.hasUnknownFields(c)
      ? UnknownFields(bytes: CMessage.unknownFields(c)) : UnknownFields()
  }

  /// Notes a failure; the first one stays.
  mutating func fail(_ error: ProtobufError) {
    if failure == nil { failure = error }
  }
}
