internal import CNghttp2
package import HTTP

/// A list of fields to be sent; built once and sent many times without another allocation of ours.
///
/// Bytes that may not stand in a field value are replaced by `?`, so that no caller can be made to
/// send them. Names must be lower case tokens.
package struct HTTP2Fields: Sendable {
  /// What stands before the bytes of a field's name and value.
  private struct Prefix: BitwiseCopyable {
    let nameLength: Int32
    let valueLength: Int32
    let flags: UInt8

    static let size = MemoryLayout<Prefix>.size
  }

  /// One field behind the other.
  private var bytes: [UInt8] = []
  /// How many fields there are.
  package private(set) var count = 0

  /// No fields.
  package init() {}

  /// A response that begins with `status`, followed by `headers`.
  package init(status: HTTPStatus, _ headers: HTTPHeaders = HTTPHeaders()) {
    let text = status.description
    write(fields: 1 + headers.count, bytes: 7 + text.utf8.count + headers.byteCount) { writer in
      writer.append(":status", text)
      writer.append(headers)
    }
  }

  /// A request that begins with its pseudo-header fields.
  package init(request head: HTTPRequestHead) {
    let pseudo = [
      (":method", head.method), (":scheme", head.scheme), (":path", head.target),
      (":authority", head.authority),
    ].filter { $0.0 != ":authority" || !$0.1.isEmpty }
    let count = pseudo.reduce(head.headers.byteCount) { $0 + $1.0.utf8.count + $1.1.utf8.count }
    write(fields: pseudo.count + head.headers.count, bytes: count) { writer in
      for (name, value) in pseudo { writer.append(name, value) }
      writer.append(head.headers)
    }
  }

  /// What these fields count against a header list limit: name + value + 32 each.
  package var listSize: Int { bytes.count + (32 - Prefix.size) * count }

  /// Appends a field; `sensitive` keeps it out of the peer's and any proxy's compression table.
  package mutating func append(_ name: String, _ value: String, sensitive: Bool = false) {
    write(fields: 1, bytes: name.utf8.count + value.utf8.count) { writer in
      writer.append(name, value, sensitive: sensitive)
    }
  }

  /// Appends every field of `headers`.
  package mutating func append(_ headers: HTTPHeaders) {
    write(fields: headers.count, bytes: headers.byteCount) { $0.append(headers) }
  }

  /// Lets `body` append `fields` fields, whose names and values have `textCount` bytes together.
  private mutating func write(
    fields: Int, bytes textCount: Int, _ body: (inout Writer) -> Void
  ) {
    let old = bytes
    let size = old.count + textCount + fields * Prefix.size
    unsafe bytes = Array(unsafeUninitializedCapacity: size) { room, used in
      _ = unsafe room.update(fromContentsOf: old)
      var writer = unsafe Writer(next: room.baseAddress.map { unsafe $0 + old.count })
      body(&writer)
      used = size
    }
    count += fields
  }

  /// Writes fields where there is room for them.
  @safe
  private struct Writer {
    var next: UnsafeMutablePointer<UInt8>?

    mutating func append(_ headers: HTTPHeaders) {
      for index in 0..<headers.fields.count {
        let field = headers.fields[index]
        append(field.name, field.value, sensitive: HTTP2Fields.isUnindexed(field.name))
      }
    }

    mutating func append(_ name: String, _ value: String, sensitive: Bool = false) {
      let prefix = Prefix(
        nameLength: Int32(name.utf8.count), valueLength: Int32(value.utf8.count),
        flags: sensitive ? UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) : 0)
      unsafe next.map { unsafe UnsafeMutableRawPointer($0).storeBytes(of: prefix, as: Prefix.self) }
      unsafe next = unsafe next.map { unsafe $0 + Prefix.size }
      _ = unsafe copy(name)
      unsafe HTTP2Fields.clean(copy(value))
    }

    private mutating func copy(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
      let count = text.utf8.count
      let target = unsafe UnsafeMutableBufferPointer(start: next, count: count)
      let copied: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { source in
        _ = unsafe target.update(fromContentsOf: source)
      }
      if copied == nil { _ = unsafe target.update(fromContentsOf: Array(text.utf8)) }
      unsafe next = unsafe next.map { unsafe $0 + count }
      return unsafe target
    }
  }

  private static func clean(_ value: UnsafeMutableBufferPointer<UInt8>) {
    if unsafe HTTPFieldRules.isValue(UnsafeRawBufferPointer(value)) { return }
    for index in value.indices where unsafe !HTTPFieldRules.isValueByte(value[index]) {
      unsafe value[index] = UInt8(ascii: "?")
    }
  }

  /// Whether it stays out of compression tables: secrets, and what never comes a second time.
  private static func isUnindexed(_ name: String) -> Bool {
    switch name.utf8.count {
    case 12: name == "x-request-id"
    case 13: name == "authorization"
    default: false
    }
  }

  /// Appends the fields of `other`.
  package mutating func append(_ other: HTTP2Fields) {
    bytes.append(contentsOf: other.bytes)
    count += other.count
  }

  /// Lends the fields in nghttp2's form; it copies what it keeps.
  func withNameValues<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { list in
        guard var field = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress) else {
          return body(nil, 0)
        }
        for index in 0..<count {
          let prefix = unsafe UnsafeRawPointer(field).loadUnaligned(as: Prefix.self)
          let name = unsafe field + Prefix.size
          let value = unsafe name + Int(prefix.nameLength)
          unsafe list.initializeElement(
            at: index,
            to: nghttp2_nv(
              name: name, value: value, namelen: Int(prefix.nameLength),
              valuelen: Int(prefix.valueLength), flags: prefix.flags))
          unsafe field = value + Int(prefix.valueLength)
        }
        return unsafe body(UnsafePointer(list.baseAddress), count)
      }
    }
  }
}
