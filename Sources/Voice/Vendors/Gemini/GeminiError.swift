internal import Speech

/// What it means that Gemini did not answer what was asked.
enum GeminiError {
  private static let service = "gemini"

  /// What a status other than 200 means.
  static func failure(_ response: VendorResponse) -> SpeechError {
    GoogleStatus.failure(response, of: service)
  }

  /// What an error object inside a stream means, behind a status of 200.
  static func failure(inStream body: [UInt8]) -> SpeechError {
    let code = GoogleStatus(body).code.flatMap { (400...599).contains($0) ? $0 : nil }
    return failure(VendorResponse(status: code ?? 500, body: body))
  }

  /// What it means that nothing was answered.
  static func unanswered(_ failure: VendorHTTPFailure) -> SpeechError {
    failure.unanswered(by: service)
  }
}
