internal import HTTP

/// How a client of these edges writes its messages.
package enum Codec: String, Sendable {
  case proto, json
}

/// What a content type says of a request that is not gRPC over HTTP/2.
package enum MediaType: Sendable, Equatable {
  /// gRPC-Web; `text` is base64 of the same stream.
  case web(Codec, text: Bool)
  /// Enveloped messages of Connect.
  case stream(Codec)
  /// One bare message of Connect, or of REST: the path decides.
  case unary(Codec)
  /// A codec this server does not have, in gRPC, gRPC-Web or a Connect stream.
  case unknownCodec
  case other

  /// Names are case-insensitive; parameters are passed over, but for a charset that is not UTF-8.
  package init(_ contentType: String?) {
    guard let contentType else {
      self = .other
      return
    }
    // As nearly everybody writes it.
    if contentType == "application/json" {
      self = .unary(.json)
      return
    }
    let parsed = HTTPParameters(contentType)
    switch parsed.value {
    case "application/proto": self = .unary(.proto)
    case "application/json":
      self = (parsed["charset"]?.lowercased() ?? "utf-8") == "utf-8" ? .unary(.json) : .other
    case "application/connect+proto": self = .stream(.proto)
    case "application/connect+json": self = .stream(.json)
    case "application/grpc-web", "application/grpc-web+proto": self = .web(.proto, text: false)
    case "application/grpc-web+json": self = .web(.json, text: false)
    case "application/grpc-web-text", "application/grpc-web-text+proto":
      self = .web(.proto, text: true)
    case "application/grpc-web-text+json": self = .web(.json, text: true)
    case let name:
      let ours = ["application/connect+", "application/grpc+", "application/grpc-web"]
      self = ours.contains { name.hasPrefix($0) } ? .unknownCodec : .other
    }
  }

  /// The content type of an answer in the same form; empty where there is none.
  package var name: String {
    switch self {
    case .web(let codec, let text): "application/grpc-web\(text ? "-text" : "")+\(codec.rawValue)"
    case .stream(let codec): "application/connect+\(codec.rawValue)"
    case .unary(let codec): "application/\(codec.rawValue)"
    case .unknownCodec, .other: ""
    }
  }

  /// What a POST to a method may be, as the `accept-post` header lists it.
  package static let accepted =
    "application/proto, application/json, application/connect+proto, application/connect+json, "
    + "application/grpc-web+proto, application/grpc-web+json, application/grpc-web-text+proto"
}
