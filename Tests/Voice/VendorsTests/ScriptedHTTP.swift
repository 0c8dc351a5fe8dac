import Synchronization

@testable import Vendors

/// Answers requests from a list and notes them; sleeping takes no time.
final class ScriptedHTTP: Sendable {
  enum Answer: Sendable {
    case response(Int, String)
    /// A body that comes in pieces, and what breaks it off.
    case pieces(Int, [[UInt8]], then: VendorHTTPFailure? = nil)
    /// A first piece, and nothing more until the task is cancelled.
    case endless([UInt8])
    case failure(VendorHTTPFailure)
  }
  private let state: Mutex<(answers: [Answer], requests: [VendorRequest], slept: [Duration])>

  init(_ answers: [Answer]) { state = Mutex((answers, [], [])) }

  var requests: [VendorRequest] { state.withLock { $0.requests } }
  var slept: [Duration] { state.withLock { $0.slept } }

  var http: VendorHTTP {
    VendorHTTP(
      exchange: { try await self.answer($0, $1) },
      sleep: { time in self.state.withLock { $0.slept.append(time) } })
  }

  private func answer(
    _ request: VendorRequest, _ onBody: VendorHTTP.BodyReader?
  ) async throws -> VendorResponse {
    switch next(request) {
    case .response(let status, let body):
      return Self.response(status, [Array(body.utf8)], onBody)
    case .pieces(let status, let pieces, let failure):
      let response = Self.response(status, pieces, onBody)
      if let failure { throw failure }
      return response
    case .endless(let piece):
      onBody?(piece)
      while !Task.isCancelled { await Task.yield() }
      throw CancellationError()
    case .failure(let failure): throw failure
    }
  }

  private func next(_ request: VendorRequest) -> Answer {
    state.withLock { state in
      state.requests.append(request)
      return state.answers.isEmpty ? .response(500, "") : state.answers.removeFirst()
    }
  }

  /// As the real network does it: only the body of a 2xx is given to a reader.
  private static func response(
    _ status: Int, _ pieces: [[UInt8]], _ onBody: VendorHTTP.BodyReader?
  ) -> VendorResponse {
    guard let onBody, (200...299).contains(status) else {
      return VendorResponse(status: status, body: pieces.flatMap { $0 })
    }
    for piece in pieces where !piece.isEmpty { onBody(piece) }
    return VendorResponse(status: status, body: [])
  }
}
