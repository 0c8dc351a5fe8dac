package import RPCCore

/// `grpc-status-details-bin`: a google.rpc.Status, written and read by hand (three fields).
package enum StatusDetails {
  private static let typeURLPrefix = "type.googleapis.com/"

  /// The serialized google.rpc.Status of `error`, code and message included.
  package static func encode(_ error: RPCError) -> [UInt8] {
    var output: [UInt8] = []
    output.append(0x08)
    appendVarint(UInt64(error.code.rawValue), to: &output)
    appendField(0x12, Array(error.message.utf8), to: &output)
    for detail in error.details {
      var any: [UInt8] = []
      appendField(0x0A, Array((typeURLPrefix + detail.typeName).utf8), to: &any)
      appendField(0x12, detail.value, to: &any)
      appendField(0x1A, any, to: &output)
    }
    return output
  }

  /// The details in a serialized google.rpc.Status whose code must be `code`; `nil` when the bytes
  /// do not parse or contradict it.
  package static func decode(_ bytes: [UInt8], code: StatusCode) -> [ErrorDetail]? {
    var details: [ErrorDetail] = []
    var reader = FieldReader(bytes[...])
    var named: UInt64 = 0
    while let field = reader.next() {
      switch (field.number, field.value) {
      case (1, .varint(let value)): named = value
      case (3, .bytes(let any)):
        guard let detail = decodeAny(any) else { return nil }
        details.append(detail)
      default: break
      }
    }
    guard !reader.failed, named == UInt64(code.rawValue) else { return nil }
    return details
  }

  private static func decodeAny(_ bytes: ArraySlice<UInt8>) -> ErrorDetail? {
    var detail = ErrorDetail(typeName: "", value: [])
    var reader = FieldReader(bytes)
    while let field = reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let url)):
        let name = url.split(separator: UInt8(ascii: "/")).last ?? []
        detail.typeName = String(decoding: name, as: UTF8.self)
      case (2, .bytes(let value)): detail.value = Array(value)
      default: break
      }
    }
    return reader.failed ? nil : detail
  }

  private static func appendField(_ tag: UInt8, _ bytes: [UInt8], to output: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    output.append(tag)
    appendVarint(UInt64(bytes.count), to: &output)
    output += bytes
  }

  private static func appendVarint(_ value: UInt64, to output: inout [UInt8]) {
    var rest = value
    while rest > 0x7F {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(rest))
  }
}

/// Reads protobuf fields one after the other; just enough for google.rpc.Status.
struct FieldReader {
  enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
    case other
  }

  private var rest: ArraySlice<UInt8>
  /// Set when the bytes are no message; `next` then returns `nil`.
  private(set) var failed = false

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    guard let tag = varint(), let value = value(wireType: tag & 7) else {
      failed = true
      return nil
    }
    return (tag >> 3, value)
  }

  private mutating func value(wireType: UInt64) -> Value? {
    switch wireType {
    case 0: return varint().map { .varint($0) }
    case 1: return take(8).map { _ in .other }
    case 2:
      guard let count = varint(), count <= UInt64(rest.count) else { return nil }
      return take(Int(count)).map { .bytes($0) }
    case 5: return take(4).map { _ in .other }
    default: return nil
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
