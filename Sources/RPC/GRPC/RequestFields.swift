package import RPCCore

/// What a gRPC server reads from the header fields of a request, built field by field without
/// making text of the names it knows.
package struct RequestFields: Sendable {
  /// From `content-type`; a request without one is not gRPC.
  package private(set) var contentType = ContentType.other
  /// From `grpc-timeout`, in nanoseconds; `nil` waits for ever.
  package private(set) var timeout: Int64?
  /// From `grpc-encoding`.
  package private(set) var encoding = MessageEncoding.identity
  /// Whether `grpc-accept-encoding` lists gzip.
  package private(set) var acceptsGzip = false
  /// Everything an application may see.
  package var metadata: Metadata { received.metadata }
  /// The first thing found that makes the call fail at once.
  package private(set) var problem: Problem?

  /// Why a request cannot be served, and whether the answer must list our encodings.
  package struct Problem: Sendable {
    package let error: RPCError
    package let listsEncodings: Bool
  }

  private var encodingSeen = false
  private var received: RepeatedMetadata

  /// No field yet; `last` is the metadata of the request before on the same connection.
  package init(after last: Metadata = Metadata()) { received = RepeatedMetadata(like: last) }

  /// Takes the next field; pseudo-headers may be given and are passed over.
  package mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    switch name.count {
    case 2 where unsafe name.equals("te"): return
    case 12 where unsafe name.equals("content-type"): contentType = unsafe ContentType(value)
    case 14 where unsafe name.equals("content-length"): return
    case 12 where unsafe name.equals("grpc-timeout"): unsafe readTimeout(value)
    case 13 where unsafe name.equals("grpc-encoding"): unsafe readEncoding(value)
    case 20 where unsafe name.equals("grpc-accept-encoding"): unsafe readAccepted(value)
    case _ where unsafe received.repeats(name: name, value: value): return
    default:
      do throws(RPCError) {
        try received.append { (metadata) throws(RPCError) in
          try unsafe MetadataFields.add(name: name, value: value, to: &metadata)
        }
      } catch {
        refuse(error)
      }
    }
  }

  private mutating func readTimeout(_ value: UnsafeRawBufferPointer) {
    timeout = unsafe Timeout.parse(value)
    if timeout == nil {
      refuse(RPCError(.internal, "grpc-timeout is not 1 to 8 digits and a unit of HMSmun"))
    }
  }

  private mutating func readEncoding(_ value: UnsafeRawBufferPointer) {
    if encodingSeen { refuse(RPCError(.internal, "more than one grpc-encoding")) }
    encodingSeen = true
    if let known = unsafe MessageEncoding(value) {
      encoding = known
    } else {
      let error = RPCError(
        .unimplemented, "grpc-encoding is not supported; supported: \(MessageEncoding.accepted)")
      refuse(error, listsEncodings: true)
    }
  }

  private mutating func readAccepted(_ value: UnsafeRawBufferPointer) {
    unsafe Comma.forEachPart(of: value) { part in
      if unsafe part.equals("gzip") { acceptsGzip = true }
    }
  }

  private mutating func refuse(_ error: RPCError, listsEncodings: Bool = false) {
    if problem == nil { problem = Problem(error: error, listsEncodings: listsEncodings) }
  }
}
