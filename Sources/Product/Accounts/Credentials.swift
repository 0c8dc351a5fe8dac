internal import Buffers
internal import RPCCore

/// What a request proves itself with: a key in one of the three forms that are accepted (`x-api-key`
/// with `x-api-secret`, HTTP Basic, the whole key as a Bearer token), or a user's access token.
enum Credentials {
  case none
  /// Something was sent that cannot be a key, or more than one thing.
  case malformed
  case key(APIKey)
  /// A JWT, not looked into yet.
  case token(String)

  init(_ metadata: Metadata) {
    if let id = metadata["x-api-key"] {
      let isOne = !metadata.repeats("x-api-key") && !metadata.repeats("x-api-secret")
      self = isOne ? Self(id: id, secret: metadata["x-api-secret"] ?? "") : .malformed
    } else if let authorization = metadata["authorization"] {
      // Of two, a proxy in front may have judged the other one.
      self = metadata.repeats("authorization") ? .malformed : Self(authorization: authorization)
    } else {
      self = .none
    }
  }

  /// `x-api-key` may also hold the whole key.
  private init(id: String, secret: String) {
    let key = secret.isEmpty ? APIKey(id) : APIKey(id: id, secret: secret)
    self = key.map(Credentials.key) ?? .malformed
  }

  /// RFC 9110 section 11.4: a scheme without regard to case, a space, and what follows it.
  private init(authorization: String) {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else {
      self = .malformed
      return
    }
    switch parts[0].lowercased() {
    case "bearer": self.init(bearer: String(parts[1]))
    case "basic": self.init(basic: String(parts[1]))
    default: self = .malformed
    }
  }

  private init(bearer text: String) {
    if let key = APIKey(text) {
      self = .key(key)
    } else if text.utf8.count <= 4_096, text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
      self = .token(text)
    } else {
      self = .malformed
    }
  }

  private init(basic: String) {
    guard let bytes = Base64.decode(basic) else {
      self = .malformed
      return
    }
    let pair = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
    guard pair.count == 2 else {
      self = .malformed
      return
    }
    self.init(id: String(pair[0]), secret: String(pair[1]))
  }
}
