internal import Glibc
internal import RPCCore
internal import RPCProtobuf

/// One served method: its handler inside the interceptors, and its figures.
final class MethodEntry: Sendable {
  let handler: MethodHandler
  let meter: CallMeter
  /// What is known of the method's types; nil when the server was given no binding for it.
  let binding: MethodBinding?

  init(handler: MethodHandler, meter: CallMeter, binding: MethodBinding? = nil) {
    self.handler = handler
    self.meter = meter
    self.binding = binding
  }

  var descriptor: MethodDescriptor { handler.descriptor }

  /// Whether Connect may ask for it by GET.
  var isRead: Bool { descriptor.kind == .unary && descriptor.idempotency == .noSideEffects }

  /// The verbs of HTTP that its path takes.
  var verbs: String { isRead ? "GET, HEAD, POST" : "POST" }
}

/// Methods found by the bytes of a request's `:path`, without making a String of it.
struct MethodTable: Sendable {
  private var slots: [(path: [UInt8], entry: MethodEntry)?]

  /// A table of all `entries`; two methods of one path are our bug and trap.
  init(_ entries: [MethodEntry]) {
    var size = 16
    while size < entries.count * 3 { size *= 2 }
    slots = Array(repeating: nil, count: size)
    for entry in entries {
      let path = Array(entry.descriptor.path.utf8)
      var index = path.withUnsafeBytes { Self.hash($0) } & (size - 1)
      while let taken = slots[index] {
        precondition(taken.path != path, "our bug: \(entry.descriptor.fullName) is served twice")
        index = (index + 1) & (size - 1)
      }
      slots[index] = (path, entry)
    }
  }

  /// The method at `path`.
  func find(_ path: UnsafeRawBufferPointer) -> MethodEntry? {
    var index = Self.hash(path) & (slots.count - 1)
    while let slot = slots[index] {
      if slot.path.count == path.count, Self.areEqual(slot.path, path) { return slot.entry }
      index = (index + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The method at `path`.
  func find(_ path: String) -> MethodEntry? {
    var path = path
    return path.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }

  private static func areEqual(_ path: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
    guard let start = other.baseAddress else { return path.isEmpty }
    return path.withUnsafeBytes { memcmp($0.baseAddress!, start, other.count) == 0 }
  }

  /// FNV-1a over words of eight bytes, then over the bytes left. The table is built from our own
  /// names, so nobody can aim at its collisions.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var index = 0
    while index + 8 <= bytes.count {
      hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* prime
      hash ^= hash >> 32
      index += 8
    }
    while index < bytes.count {
      hash = (hash ^ UInt64(bytes[index])) &* prime
      index += 1
    }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29)) & Int.max
  }

  private static let prime: UInt64 = 0x100_0000_01B3
}
