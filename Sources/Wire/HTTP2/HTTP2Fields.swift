internal import CNghttp2
package import HTTP

/// A list of fields to be sent; built once and sent many times without another allocation of ours.
///
/// Bytes that may not stand in a field value are replaced by `?`, so that no caller can be made to
/// send them. Names must be lower case tokens.
package struct HTTP2Fields: Sendable {
  private struct Entry {
    let nameLength: Int32
    let valueLength: Int32
    let flags: UInt8
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []

  /// No fields.
  package init() {}

  /// A response that begins with `status`, followed by `headers`.
  package init(status: HTTPStatus, _ headers: HTTPHeaders = HTTPHeaders()) {
    reserve(fields: 1 + headers.count, bytes: 16 + headers.count * 48)
    append(":status", status.description)
    append(headers)
  }

  /// A request that begins with its pseudo-header fields.
  package init(request head: HTTPRequestHead) {
    append(":method", head.method)
    append(":scheme", head.scheme)
    append(":path", head.target)
    if !head.authority.isEmpty { append(":authority", head.authority) }
    append(head.headers)
  }

  /// How many fields there are.
  package var count: Int { entries.count }

  /// What these fields count against a header list limit: name + value + 32 each.
  package var listSize: Int { bytes.count + 32 * entries.count }

  /// Room for `fields` fields of `bytes` bytes together.
  package mutating func reserve(fields: Int, bytes count: Int) {
    entries.reserveCapacity(fields)
    bytes.reserveCapacity(count)
  }

  /// Appends a field; `sensitive` keeps it out of the peer's and any proxy's compression table.
  package mutating func append(_ name: String, _ value: String, sensitive: Bool = false) {
    var (name, value) = (name, value)
    name.withUTF8 { name in
      value.withUTF8 { value in unsafe append(name, value, sensitive) }
    }
  }

  private mutating func append(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ sensitive: Bool
  ) {
    unsafe bytes.append(contentsOf: name)
    let start = bytes.count
    unsafe bytes.append(contentsOf: value)
    if unsafe !HTTPFieldRules.isValue(UnsafeRawBufferPointer(value)) {
      for index in start..<bytes.count where !HTTPFieldRules.isValueByte(bytes[index]) {
        bytes[index] = UInt8(ascii: "?")
      }
    }
    entries.append(
      Entry(
        nameLength: Int32(name.count), valueLength: Int32(value.count),
        flags: sensitive ? UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) : 0))
  }

  /// Appends every field of `headers`.
  package mutating func append(_ headers: HTTPHeaders) {
    entries.reserveCapacity(entries.count + headers.count)
    bytes.reserveCapacity(bytes.count + headers.count * 48)
    for field in headers {
      append(field.name, field.value, sensitive: Self.isUnindexed(field.name))
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
    entries.append(contentsOf: other.entries)
  }

  /// Lends the fields in nghttp2's form; it copies what it keeps.
  func withNameValues<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: entries.count) { list in
        var position = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress)
        for index in 0..<entries.count {
          let entry = entries[index]
          let value = unsafe position.map { unsafe $0 + Int(entry.nameLength) }
          unsafe list.initializeElement(
            at: index,
            to: nghttp2_nv(
              name: position, value: value, namelen: Int(entry.nameLength),
              valuelen: Int(entry.valueLength), flags: entry.flags))
          unsafe position = value.map { unsafe $0 + Int(entry.valueLength) }
        }
        return unsafe body(UnsafePointer(list.baseAddress), entries.count)
      }
    }
  }
}
