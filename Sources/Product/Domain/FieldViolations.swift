internal import RPCCore
internal import Protobuf
internal import Schema

/// Collects what is wrong with a request, so that one answer lists all of it.
package struct FieldViolations: Sendable {
  private var found: [(field: String, description: String)] = []

  package init() {}

  /// Notes that `field`, a path of JSON names, breaks a rule: a lower-case sentence with the limit.
  package mutating func add(_ field: String, _ description: String) {
    found.append((field, description))
  }

  /// Notes it unless `condition` holds.
  package mutating func require(
    _ condition: Bool, _ field: String, _ description: @autoclosure () -> String
  ) {
    if !condition { add(field, description()) }
  }

  /// Throws `invalidArgument` with google.rpc.BadRequest when anything was noted.
  package func throwIfAny() throws {
    guard let first = found.first else { return }
    let badRequest = Google.Rpc.BadRequest.with {
      $0.fieldViolations = found.map { violation in
        .with {
          $0.field = violation.field
          $0.description = violation.description
        }
      }
    }
    let more = found.count > 1 ? " (and \(found.count - 1) more)" : ""
    throw RPCError(
      .invalidArgument, "\(first.field): \(first.description)\(more)",
      details: [
        ErrorDetail(typeName: "google.rpc.BadRequest", value: try badRequest.serializedBytes())
      ])
  }
}
