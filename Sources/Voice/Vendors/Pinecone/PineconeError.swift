internal import Buffers
internal import Speech

/// An error as Pinecone's planes write it: with a name (`{"status":…,"error":{"code":"NOT_FOUND"}}`),
/// with gRPC's number (`{"code":5,"message":…}`), or as plain text, which has no code.
struct PineconeError {
  /// The name of the code, if it is one that we know.
  let code: String?

  /// Those of gRPC's codes that Pinecone uses.
  private static let names = [
    3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 6: "ALREADY_EXISTS",
    7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED",
    13: "INTERNAL", 14: "UNAVAILABLE", 16: "UNAUTHENTICATED",
  ]
  private static let known = Set(names.values)
    .union(["QUOTA_EXCEEDED", "FORBIDDEN", "PAYMENT_REQUIRED", "UNPROCESSABLE_ENTITY"])

  init(_ body: [UInt8]) {
    let json = try? JSONValue(parsing: body, duplicateKeys: .lastWins)
    let name =
      json?["error"]?["code"]?.stringValue ?? json?["code"]?.intValue.flatMap { Self.names[$0] }
    code = name.flatMap { Self.known.contains($0) ? $0 : nil }
  }

  /// What a status other than a 2xx means. The vendor's message is never quoted: it may repeat what
  /// was written.
  static func failure(_ response: VendorResponse) -> SpeechError {
    let code = PineconeError(response.body).code
    let message = "pinecone answered \(response.status)" + (code.map { " \($0)" } ?? "")
    switch response.status {
    case 403 where code == "QUOTA_EXCEEDED", 429 where code == "QUOTA_EXCEEDED":
      return SpeechError(.quota, "\(message): the plan's limit", retryAfter: .seconds(3_600))
    case 401, 403: return SpeechError(.configuration, "\(message): the key")
    case 402: return SpeechError(.quota, "\(message): balance or plan")
    case 404: return SpeechError(.configuration, "\(message): no such index")
    case 412: return SpeechError(.configuration, "\(message): the index's state")
    case 429:
      return SpeechError(
        .quota, "\(message): rate limit", retryAfter: response.retryAfter ?? .seconds(1))
    case 408, 499, 500...:
      return SpeechError(.transient, message, retryAfter: response.retryAfter)
    default: return SpeechError(.permanent, "\(message): bad request")
    }
  }

  /// What it means that nothing was answered. All requests may be repeated.
  static func unanswered(_ failure: VendorHTTPFailure) -> SpeechError {
    switch failure {
    case .notSent(let why), .unclear(let why):
      SpeechError(.transient, "pinecone was not reached: \(why)")
    }
  }
}
