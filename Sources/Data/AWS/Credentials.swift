/// An access key of AWS. The secret and the token never print.
package struct Credentials: Sendable, Equatable, CustomStringConvertible {
  package let accessKeyID: String
  package let secretAccessKey: String
  /// Present with temporary credentials, and signed like everything else.
  package let sessionToken: String?
  /// When they stop to count, in seconds since 1970; nil for those that stay.
  package let expiration: Int64?

  package init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
    expiration: Int64? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
  }

  package var description: String { "aws credentials \(accessKeyID)" }
}
