internal import Buffers

/// The part of a request before its body, the same for HTTP/1.1 and HTTP/2.
public struct HTTPRequestHead: Sendable, Equatable {
  /// The method as sent; case matters.
  public var method: String
  /// The path with its query, in origin form: `/v1/calls?page=2`, or `*`.
  public var target: String
  /// `http` or `https`; empty when the transport did not say.
  public var scheme: String
  /// Host and port as the client named them; empty when it named none.
  public var authority: String
  /// The fields, without the ones that the other parts stand for.
  public var headers: HTTPHeaders

  /// A head of exactly these parts; nothing is checked here.
  public init(
    method: String, target: String, scheme: String = "", authority: String = "",
    headers: HTTPHeaders = HTTPHeaders()
  ) {
    self.method = method
    self.target = target
    self.scheme = scheme
    self.authority = authority
    self.headers = headers
  }

  /// The target without its query, still percent-coded.
  public var path: Substring { mark.map { target[..<$0] } ?? target[...] }

  /// What stands behind the first question mark, still percent-coded; nil when there is none.
  public var query: Substring? {
    mark.map { target[target.utf8.index(after: $0)...] }
  }

  /// The first question mark.
  private var mark: String.Index? {
    let question = UInt8(ascii: "?")
    let offset = target.utf8.withContiguousStorageIfAvailable { bytes in
      ByteWords.firstIndex(of: question...question, in: UnsafeRawBufferPointer(bytes), from: 0)
    }
    guard let offset else { return target.utf8.firstIndex(of: question) }
    return offset.map { target.utf8.index(target.utf8.startIndex, offsetBy: $0) }
  }
}

/// The part of a response before its body.
public struct HTTPResponseHead: Sendable, Equatable {
  /// The status code.
  public var status: HTTPStatus
  /// The fields, without the ones that the other parts stand for.
  public var headers: HTTPHeaders

  /// A head of exactly these parts; nothing is checked here.
  public init(status: HTTPStatus, headers: HTTPHeaders = HTTPHeaders()) {
    self.status = status
    self.headers = headers
  }
}
