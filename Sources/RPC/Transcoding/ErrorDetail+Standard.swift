package import RPCCore

/// The details of google.rpc the edge itself makes or reads.
extension ErrorDetail {
  /// google.rpc.BadRequest: which fields are wrong and why, by JSON path.
  package static func badRequest(
    _ violations: [(field: String, description: String)]
  ) -> ErrorDetail {
    var message: [UInt8] = []
    for violation in violations {
      var entry: [UInt8] = []
      WireFields.append(1, violation.field.utf8, to: &entry)
      WireFields.append(2, violation.description.utf8, to: &entry)
      WireFields.append(1, entry, to: &message)
    }
    return ErrorDetail(typeName: "google.rpc.BadRequest", value: message)
  }

  /// google.rpc.ErrorInfo: a reason a program can act on, in UPPER_SNAKE_CASE of at most 63 bytes.
  package static func errorInfo(
    reason: String, domain: String, metadata: [(key: String, value: String)] = []
  ) -> ErrorDetail {
    var message: [UInt8] = []
    WireFields.append(1, reason.utf8, to: &message)
    WireFields.append(2, domain.utf8, to: &message)
    for pair in metadata {
      var entry: [UInt8] = []
      WireFields.append(1, pair.key.utf8, to: &entry)
      WireFields.append(2, pair.value.utf8, to: &entry)
      WireFields.append(3, entry, to: &message)
    }
    return ErrorDetail(typeName: "google.rpc.ErrorInfo", value: message)
  }

  /// google.rpc.RetryInfo: how long to wait before trying again.
  package static func retryInfo(after delay: Duration) -> ErrorDetail {
    let (seconds, attoseconds) = delay.components
    var duration: [UInt8] = []
    WireFields.append(1, varint: UInt64(bitPattern: seconds), to: &duration)
    WireFields.append(2, varint: UInt64(bitPattern: attoseconds / 1_000_000_000), to: &duration)
    var message: [UInt8] = []
    WireFields.append(1, duration, to: &message)
    return ErrorDetail(typeName: "google.rpc.RetryInfo", value: message)
  }

  /// The delay of a google.rpc.RetryInfo in whole seconds, rounded up; nil for other details.
  var retryAfterSeconds: Int64? {
    guard typeName == "google.rpc.RetryInfo",
      let delay = WireFields.bytes(1, in: value[...])
    else { return nil }
    let seconds = max(0, WireFields.int(1, in: delay))
    return WireFields.int(2, in: delay) > 0
      ? seconds.addingReportingOverflow(1).partialValue : seconds
  }
}

extension RPCError {
  /// The error as a serialized google.rpc.Status.
  package var serializedStatus: [UInt8] {
    var message: [UInt8] = []
    WireFields.append(1, varint: UInt64(code.rawValue), to: &message)
    WireFields.append(2, self.message.utf8, to: &message)
    for detail in details {
      var any: [UInt8] = []
      WireFields.append(1, "type.googleapis.com/\(detail.typeName)".utf8, to: &any)
      WireFields.append(2, detail.value, to: &any)
      WireFields.append(3, any, to: &message)
    }
    return message
  }
}
