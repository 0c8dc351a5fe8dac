package import Domain

/// Where consent forms are, and what keeps their links from being read in the database.
package struct ConsentLinks: Sendable {
  /// The path of a form's page, as a template.
  package static let pathTemplate = "/consent/{token}"

  let seal: DataSeal
  private let base: @Sendable () -> String

  /// `base` is the server's public address without a slash at its end.
  package init(seal: DataSeal, base: @escaping @Sendable () -> String) {
    self.seal = seal
    self.base = base
  }

  /// What a person is sent.
  func link(_ token: ConsentToken) -> String { "\(base())/consent/\(token.text)" }
}
