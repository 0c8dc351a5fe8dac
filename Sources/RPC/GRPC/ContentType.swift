internal import Glibc

/// What the content type of a request says about its protocol.
package enum ContentType: Sendable, Equatable {
  /// `application/grpc`, `application/grpc+proto`, with or without parameters.
  case grpc
  /// `application/grpc-web…`: another protocol that shares the beginning of the name.
  case grpcWeb
  /// Everything else, `application/grpc+json` included: this server has one codec.
  case other

  /// Case-insensitive, as media types are.
  package init(_ text: UnsafeRawBufferPointer) {
    let name: StaticString = "application/grpc"
    let length = name.utf8CodeUnitCount
    guard text.count >= length,
      unsafe strncasecmp(text.baseAddress!, name.utf8Start, length) == 0
    else {
      self = .other
      return
    }
    self = unsafe Self.suffix(UnsafeRawBufferPointer(rebasing: text[length...]))
  }

  private static func suffix(_ rest: UnsafeRawBufferPointer) -> ContentType {
    guard let first = unsafe rest.first else { return .grpc }
    switch first {
    case UInt8(ascii: ";"), UInt8(ascii: " "): return .grpc
    case UInt8(ascii: "-"): return .grpcWeb
    case UInt8(ascii: "+"): break
    default: return .other
    }
    let codec: StaticString = "+proto"
    let length = codec.utf8CodeUnitCount
    guard rest.count >= length,
      unsafe strncasecmp(rest.baseAddress!, codec.utf8Start, length) == 0
    else { return .other }
    guard rest.count > length else { return .grpc }
    let next = unsafe rest[length]
    return next == UInt8(ascii: ";") || next == UInt8(ascii: " ") ? .grpc : .other
  }
}
