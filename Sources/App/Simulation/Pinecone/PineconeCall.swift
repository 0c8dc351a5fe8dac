internal import Buffers

/// One call of either plane, as it came.
package struct PineconeCall: Sendable {
  /// What is asked for.
  package enum Operation: Sendable, Equatable {
    case listIndexes
    case createIndex
    case describeIndex(String)
    case configureIndex(String)
    case deleteIndex(String)
    case upsert
    case query
    case fetch
    case fetchByMetadata
    case list
    case update
    case delete
    case stats
    case listNamespaces
    case createNamespace
    case describeNamespace(String)
    case deleteNamespace(String)
  }

  /// By method and path.
  package let operation: Operation
  /// The header `Api-Key`.
  package let key: String?
  /// The header `X-Pinecone-Api-Version`.
  package let version: String?
  /// The host and port that the client called.
  package let authority: String
  /// The query string's items, in order.
  package let query: [(name: String, value: String)]
  /// The body as it came.
  package let body: [UInt8]

  /// A call of these parts.
  package init(
    _ operation: Operation, key: String?, version: String?, authority: String,
    query: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.operation = operation
    self.key = key
    self.version = version
    self.authority = authority
    self.query = query
    self.body = body
  }

  /// The first value of the query's item `name`.
  func item(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

extension PineconeCall.Operation {
  /// Whether it is about indexes, not about what is in one.
  var isControl: Bool {
    switch self {
    case .listIndexes, .createIndex, .describeIndex, .configureIndex, .deleteIndex: true
    default: false
    }
  }
}

/// What goes back, and how long it is held back.
package struct PineconeReply: Sendable, Equatable {
  /// The HTTP status.
  package var status = 200
  /// Its media type; empty without a body.
  package var contentType = "application/json"
  /// The body as it is sent.
  package var body: [UInt8] = []
  /// The number of the last write: of this one, or of the newest that a reader could see.
  package var sequenceNumber: SequenceNumber?
  /// From the call to its answer.
  package var delay: Duration = .zero

  /// A place in the order of an index's writes, and what it means.
  package enum SequenceNumber: Sendable, Equatable {
    case written(Int)
    case seen(Int)
  }

  /// An answer of JSON.
  init(status: Int = 200, _ json: JSONValue) {
    self.status = status
    body = json.serialized()
  }

  /// An answer without a body.
  init(emptyWith status: Int) {
    self.status = status
    contentType = ""
  }

  /// An error in the form of its plane; a wrong key is plain text in the data plane.
  init(_ error: PineconeError, isControl: Bool) {
    status = error.status
    if error.code == .unauthenticated, !isControl {
      contentType = "text/plain"
      body = Array(error.message.utf8)
    } else {
      body = (isControl ? error.controlJSON : error.dataJSON).serialized()
    }
  }

  /// The headers that tell the sequence number: by the documents' names and by the SDK's.
  package var headers: [(name: String, value: String)] {
    switch sequenceNumber {
    case nil: []
    case .written(let number):
      [("x-pinecone-request-lsn", "\(number)"), ("x-pinecone-lsn-committed", "\(number)")]
    case .seen(let number):
      [("x-pinecone-max-indexed-lsn", "\(number)"), ("x-pinecone-lsn-reconciled", "\(number)")]
    }
  }
}
