/// A script, fault switch, order or peer message that the stand-ins cannot accept.
package struct SimulationError: Error, Equatable, CustomStringConvertible {
  /// What kind of input was wrong.
  package enum Kind: Sendable, Equatable {
    case invalidScript
    case invalidFault
    case invalidOrder
    case invalidFrame
  }

  package let kind: Kind
  /// Lower case; names the member, never its personal content.
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { "\(kind): \(message)" }
}
