/// What went wrong between us and Redis. Messages carry no key, no value and no password.
package struct RedisError: Error, Sendable, CustomStringConvertible {
  /// The families a caller can act on.
  package enum Kind: Sendable, Equatable {
    /// The URL cannot be used.
    case configuration
    /// There is no working connection now; nothing was sent.
    case unavailable
    /// No answer came in time. The command may have been carried out.
    case timedOut
    /// The connection broke. The command may have been carried out.
    case connectionLost
    /// The server sent what is no reply, or more than we take.
    case badReply
    /// The server refused the command; `code` is the first word of what it said.
    case refused(code: String)
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }

  /// A server's error line: its first word names the kind, the rest may quote what we sent.
  init(line: String) {
    let word = line.prefix { $0 != " " }
    let isCode = word.count <= 32 && word.utf8.allSatisfy { (65...90).contains($0) }
    let code = isCode && !word.isEmpty ? String(word) : "ERR"
    self.init(.refused(code: code), "redis refused a command: \(code)")
  }

  /// Whether the server asks us to go to another one: a replica after a failover.
  var meansWrongServer: Bool {
    switch kind {
    case .refused(let code): ["READONLY", "LOADING", "MASTERDOWN"].contains(code)
    default: false
    }
  }
}
