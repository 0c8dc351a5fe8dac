internal import RPCCore
internal import Protobuf
internal import Schema

/// Collects what is wrong with a request, so that one answer lists all of it: the first hundred,
/// and how many more there are.
package struct FieldViolations: Sendable {
  /// Violations that are told; the others are counted only.
  package static let limit = 100
  /// Bytes of a path or a sentence that are told whole; of a longer one, a quarter in code points.
  private static let textLimit = 2_048

  private var found: [(field: String, description: String)] = []
  private var count = 0

  package init() {}

  /// Notes that `field`, a path of JSON names, breaks a rule: a lower-case sentence with the limit.
  /// The sentence is not even made for one that is counted only.
  package mutating func add(_ field: String, _ description: @autoclosure () -> String) {
    count += 1
    guard found.count < Self.limit else { return }
    found.append((Self.shortened(field), Self.shortened(description())))
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
    let more = count > 1 ? " (and \(count - 1) more)" : ""
    throw RPCError(
      .invalidArgument, "\(first.field): \(first.description)\(more)",
      details: [
        ErrorDetail(typeName: "google.rpc.BadRequest", value: try badRequest.serializedBytes())
      ])
  }

  /// A path may hold a key of the request, which can be as long as that.
  private static func shortened(_ text: String) -> String {
    if text.utf8.count <= textLimit { return text }
    return String(text.unicodeScalars.prefix(textLimit / 4)) + "…"
  }
}
