/// An access key of AWS. The secret and the token never print.
package struct Credentials: Sendable, Equatable, CustomStringConvertible {
  package let accessKeyID: String
  package let secretAccessKey: String
  /// Present with temporary credentials, and signed like everything else.
  package let sessionToken: String?

  package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  package var description: String { "aws credentials \(accessKeyID)" }
}
