internal import Buffers

/// One call for speech, as it came.
package struct SynthesisCall: Sendable {
  /// `Ocp-Apim-Subscription-Key`.
  package var key: String?
  /// `Authorization`.
  package var authorization: String?
  /// `Content-Type`.
  package var contentType: String?
  /// `X-Microsoft-OutputFormat`.
  package var format: String?
  /// `User-Agent`.
  package var userAgent: String?
  /// The SSML.
  package var body: [UInt8]

  /// A call with these headers.
  package init(
    key: String? = nil, authorization: String? = nil, contentType: String? = nil,
    format: String? = nil, userAgent: String? = nil, body: [UInt8]
  ) {
    self.key = key
    self.authorization = authorization
    self.contentType = contentType
    self.format = format
    self.userAgent = userAgent
    self.body = body
  }

  /// The format and what is to be said; throws what the service answers to a bad call.
  func read() throws(SynthesisError) -> (format: AudioFormat, markup: SpeechMarkup) {
    let type = contentType?.split(separator: ";").first.map(String.init) ?? ""
    guard type.lowercased() == "application/ssml+xml" else {
      throw SynthesisError(415, "Content-Type is not application/ssml+xml.")
    }
    guard let format, !format.isEmpty else {
      throw SynthesisError(400, "X-Microsoft-OutputFormat is missing.")
    }
    guard let known = AudioFormat.named(format) else {
      throw SynthesisError(400, "Unsupported output format.")
    }
    guard let userAgent, !userAgent.isEmpty, userAgent.utf8.count < 255 else {
      throw SynthesisError(400, "User-Agent is missing, or has 255 characters or more.")
    }
    do throws(MarkupError) {
      return (known, try SpeechMarkup(body))
    } catch {
      throw SynthesisError(400, "SSML parsing error: \(error.message).")
    }
  }
}

/// Why a call is refused.
struct SynthesisError: Error, Equatable {
  /// The HTTP status.
  let status: Int
  /// The body of the answer.
  let message: String

  /// An answer with this status and sentence.
  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// An answer without sound.
package struct SynthesisReply: Sendable, Equatable {
  /// The HTTP status.
  package let status: Int
  /// A sentence or a token.
  package let text: String
  /// From the call to its answer.
  package var delay: Duration = .zero
}
