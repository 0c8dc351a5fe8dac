package import RPCCore

/// What causes the error of a known caller who may not call a method: it never ran, nor was the call
/// counted.
package struct AccessRefusal: Error {
  /// The error, with a sentence that says what is missing.
  package static func error(_ message: String) -> RPCError {
    RPCError(.permissionDenied, message, cause: AccessRefusal())
  }
}
