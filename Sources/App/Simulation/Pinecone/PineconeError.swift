internal import Buffers

/// An error as Pinecone's API tells it: each plane has a form of its own.
struct PineconeError: Error, Sendable, Equatable {
  /// Names of the control plane, most of them of gRPC too.
  enum Code: String, Sendable, CaseIterable {
    case invalidArgument = "INVALID_ARGUMENT"
    case unauthenticated = "UNAUTHENTICATED"
    case paymentRequired = "PAYMENT_REQUIRED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case alreadyExists = "ALREADY_EXISTS"
    case failedPrecondition = "FAILED_PRECONDITION"
    case unprocessable = "UNPROCESSABLE_ENTITY"
    case outOfRange = "OUT_OF_RANGE"
    case resourceExhausted = "RESOURCE_EXHAUSTED"
    case internalError = "INTERNAL"
    case unimplemented = "UNIMPLEMENTED"
    case unavailable = "UNAVAILABLE"
    case deadlineExceeded = "DEADLINE_EXCEEDED"
    case unknown = "UNKNOWN"

    /// The HTTP status, and gRPC's number.
    fileprivate var numbers: (status: Int, number: Int) {
      switch self {
      case .invalidArgument: (400, 3)
      case .unauthenticated: (401, 16)
      case .paymentRequired: (402, 9)
      case .forbidden: (403, 7)
      case .notFound: (404, 5)
      case .alreadyExists: (409, 6)
      case .failedPrecondition: (412, 9)
      case .unprocessable: (422, 3)
      case .outOfRange: (400, 11)
      case .resourceExhausted: (429, 8)
      case .internalError: (500, 13)
      case .unimplemented: (501, 12)
      case .unavailable: (503, 14)
      case .deadlineExceeded: (504, 4)
      case .unknown: (520, 2)
      }
    }
  }

  /// The HTTP status.
  let status: Int
  /// What kind of error it is.
  let code: Code
  /// Names fields and limits, never a value.
  let message: String

  /// An error with the HTTP status of its code.
  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
    status = code.numbers.status
  }

  /// What an injected failure with the HTTP status `status` answers.
  init(injected status: Int) {
    self.status = status
    code = Code.allCases.first { $0.numbers.status == status } ?? .unknown
    message = "The simulator was told to answer \(status)."
  }

  /// 400 for a field of the data plane or of the control plane.
  static func invalid(_ message: String) -> PineconeError {
    PineconeError(.invalidArgument, message)
  }

  /// The body in the form of the control plane.
  var controlJSON: JSONValue {
    [
      "error": ["code": .string(code.rawValue), "message": .string(message)],
      "status": .int(status),
    ]
  }

  /// The body in the form of the data plane, `rpcStatus`.
  var dataJSON: JSONValue {
    ["code": .int(code.numbers.number), "message": .string(message), "details": []]
  }
}
