internal import Buffers
internal import RPCCore
internal import TLS

/// Makes and reads page tokens (AIP-158): where the next page begins, bound to the request's other
/// arguments and authenticated, so that a client can neither read nor bend them.
package struct PageTokens: Sendable {
  private let keys: PurposeKeys

  /// Tokens good for as long as `key`, 32 bytes, is kept.
  package init(key: [UInt8]) { self.init(keys: PurposeKeys(only: key)) }

  /// Tokens good for as long as the key that made them, and a while longer.
  package init(keys: PurposeKeys) { self.keys = keys }

  /// A token for the page that begins after `cursor`, in a list asked for with `arguments`.
  package func make(cursor: String, arguments: [String]) -> String {
    let tag = tag(cursor: cursor, arguments: arguments, keys.signing)
    return Base64.encode(tag + Array(cursor.utf8), variant: .urlSafe, padded: false)
  }

  /// The cursor in `token`, `nil` for the first page. Throws `invalidArgument` for a token that is
  /// not ours or belongs to other arguments.
  package func cursor(in token: String, arguments: [String]) throws -> String? {
    if token.isEmpty { return nil }
    guard let bytes = Base64.decode(token), bytes.count > 16 else { throw Self.invalid }
    let cursor = String(decoding: bytes.dropFirst(16), as: UTF8.self)
    let isOurs = keys.verifying.contains { key in
      constantTimeEquals(
        Array(bytes.prefix(16)), tag(cursor: cursor, arguments: arguments, key))
    }
    guard isOurs else { throw Self.invalid }
    return cursor
  }

  /// One page of a list: what `load` finds behind a cursor, and the token of the next page, empty at the
  /// end. `load` is asked for one more than a page has; `cursor` says where an entry stands. Throws
  /// `invalidArgument` for a size, or a token, that is none.
  package func page<Entry>(
    _ size: Int32, _ token: String, of arguments: [String], cursor: (Entry) -> String,
    load: (_ cursor: String?, _ limit: Int) async throws -> [Entry]
  ) async throws -> (entries: [Entry], next: String) {
    let size = try PageSize.checked(size)
    let start = try self.cursor(in: token, arguments: arguments)
    let found = try await load(start, size + 1)
    guard found.count > size, let last = found.prefix(size).last else { return (found, "") }
    return (Array(found.prefix(size)), make(cursor: cursor(last), arguments: arguments))
  }

  private static var invalid: RPCError {
    RPCError(.invalidArgument, "page_token is not one of this list with these arguments")
  }

  private func tag(cursor: String, arguments: [String], _ key: [UInt8]) -> [UInt8] {
    let parts = ([cursor] + arguments).map { "\($0.utf8.count):\($0)" }
    return Array(Digest.hmacSHA256(key: key, Array(parts.joined().utf8)).prefix(16))
  }
}

/// How many entries a page holds.
package enum PageSize {
  /// The most, and the default.
  package static let limit = 50

  /// `requested` as AIP-158 reads it: 0 is the default, more than the most is the most. Throws
  /// `invalidArgument` for a negative one.
  package static func checked(_ requested: Int32) throws -> Int {
    guard requested >= 0 else {
      throw RPCError(.invalidArgument, "page_size is \(requested); the least is 0")
    }
    return requested == 0 ? limit : min(Int(requested), limit)
  }
}
