internal import Buffers
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

/// Methods found by the bytes of a request's `:path`.
final class MethodTable: Sendable {
  private let paths: ByteIndex
  private let entries: [MethodEntry]

  /// A table of all `entries`; two methods of one path are our bug and trap.
  init(_ entries: [MethodEntry]) {
    var paths = ByteIndex()
    for (number, entry) in entries.enumerated() {
      let place = paths.insert(Array(entry.descriptor.path.utf8))
      precondition(place == number, "our bug: \(entry.descriptor.fullName) is served twice")
    }
    self.paths = paths
    self.entries = entries
  }

  /// The method at `path`.
  func find(_ path: UnsafeRawBufferPointer) -> MethodEntry? {
    paths.find(path).map { entries[$0] }
  }

  /// The method at `path`.
  func find(_ path: String) -> MethodEntry? {
    var path = path
    return path.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }
}
