package import Buffers

/// What `GET /v1beta/models` and `GET /v1beta/models/{model}` answer.
package enum ModelList {
  /// Entries of a page whose size is not given.
  private static let usualSize = 50
  /// Entries that a page has at most.
  private static let largestSize = 1_000

  /// All models, text models first.
  private static var entries: [JSONValue] {
    TextModel.all.map(\.json) + LiveModel.all.map(\.json) + EmbeddingModel.all.map(\.json)
  }

  /// One page; `size` and `token` are the query's `pageSize` and `pageToken`.
  package static func page(size: String?, token: String?) throws(GoogleError) -> JSONValue {
    let size = try count(of: size)
    let entries = entries
    let start = try place(of: token, in: entries.count)
    let end = min(entries.count, start + size)
    var page: JSONObject = ["models": .array(Array(entries[start..<end]))]
    if end < entries.count { page["nextPageToken"] = .string(self.token(of: end)) }
    return .object(page)
  }

  /// The entry of one model, with or without the `models/` prefix.
  package static func entry(named name: String) throws(GoogleError) -> JSONValue {
    let full = name.hasPrefix("models/") ? name : "models/" + name
    guard let entry = entries.first(where: { $0["name"]?.stringValue == full }) else {
      throw .noModel(full, version: "v1beta", method: "generateContent")
    }
    return entry
  }

  /// The size of a page; 0 asks for the usual one.
  private static func count(of size: String?) throws(GoogleError) -> Int {
    guard let size, !size.isEmpty else { return usualSize }
    guard let count = Int(size), count >= 0 else {
      throw .violations([("page_size", "Invalid value at 'page_size' (TYPE_INT32), \"\(size)\"")])
    }
    return count == 0 ? usualSize : min(count, largestSize)
  }

  /// Tokens are opaque to clients: the place of the next entry behind a checkable prefix.
  private static func token(of place: Int) -> String {
    Base64.encode(Array("models/\(place)".utf8))
  }

  /// The place that a token stands for.
  private static func place(of token: String?, in count: Int) throws(GoogleError) -> Int {
    guard let token, !token.isEmpty else { return 0 }
    guard let place = (1..<count).first(where: { self.token(of: $0) == token }) else {
      throw .invalidArgument("* ListModelsRequest.page_token: page token is invalid\n")
    }
    return place
  }
}
