internal import Buffers
package import HTTP
package import RPCCore

/// Metadata as header fields and back: reserved names kept out, `-bin` values in base64.
package enum MetadataFields {
  /// Appends the field to `metadata`; reserved names are passed over. Throws `internal` when a
  /// `-bin` value is not base64.
  package static func add(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to metadata: inout Metadata
  ) throws(RPCError) {
    guard unsafe !isHidden(name) else { return }
    guard unsafe name.ends(with: "-bin") else {
      unsafe metadata.add(lowercase: text(name), .ascii(value.text))
      return
    }
    let key = unsafe name.text
    // Several values of one name may have been joined on the way.
    var isBroken = false
    unsafe Comma.forEachPart(of: value) { part in
      if let bytes = unsafe Base64.decode(part) {
        metadata.add(lowercase: key, .binary(bytes))
      } else {
        isBroken = true
      }
    }
    if isBroken { throw RPCError(.internal, "the value of header \(key) is not base64") }
  }

  /// The name as text; the one that every request has needs no making.
  private static func text(_ name: UnsafeRawBufferPointer) -> String {
    unsafe name.equals("user-agent") ? "user-agent" : name.text
  }

  /// The metadata in `headers`, as a client reads a response.
  package static func read(_ headers: HTTPHeaders) throws(RPCError) -> Metadata {
    var metadata = Metadata()
    for field in headers {
      var name = field.name
      var value = field.value
      var failure: RPCError?
      name.withUTF8 { name in
        value.withUTF8 { value in
          do throws(RPCError) {
            try unsafe add(
              name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value),
              to: &metadata)
          } catch { failure = error }
        }
      }
      if let failure { throw failure }
    }
    return metadata
  }

  /// Appends `metadata` to `headers`, leaving out what the wire reserves or cannot carry.
  package static func append(_ metadata: Metadata, to headers: inout HTTPHeaders) {
    for entry in metadata.entries where isSendable(entry.name) {
      switch entry.value {
      case .ascii(let text):
        if !entry.name.hasSuffix("-bin"), HTTPFieldRules.isValue(text) {
          headers.add(entry.name, text)
        }
      case .binary(let bytes):
        headers.add(entry.name, Base64.encode(bytes, variant: .standard, padded: false))
      }
    }
  }

  private static func isSendable(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { bytes in
      unsafe !isHidden(UnsafeRawBufferPointer(bytes))
        && bytes.allSatisfy {
          (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F || $0 == 0x2D
            || $0 == 0x2E
        }
    }
  }

  /// Pseudo-headers, what HTTP keeps for a connection, and names gRPC reserves, but for the two
  /// that retries are built on.
  private static func isHidden(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = unsafe name.first else { return true }
    switch first {
    case UInt8(ascii: ":"): return true
    case UInt8(ascii: "g"):
      return unsafe name.starts(with: "grpc-") && !name.equals("grpc-previous-rpc-attempts")
        && !name.equals("grpc-retry-pushback-ms")
    case UInt8(ascii: "c"):
      return unsafe name.equals("content-type") || name.equals("content-length")
        || name.equals("connection")
    case UInt8(ascii: "t"):
      return unsafe name.equals("te") || name.equals("transfer-encoding") || name.equals("trailer")
    case UInt8(ascii: "h"): return unsafe name.equals("host")
    case UInt8(ascii: "k"): return unsafe name.equals("keep-alive")
    case UInt8(ascii: "u"): return unsafe name.equals("upgrade")
    case UInt8(ascii: "p"): return unsafe name.equals("proxy-connection")
    default: return false
    }
  }
}
