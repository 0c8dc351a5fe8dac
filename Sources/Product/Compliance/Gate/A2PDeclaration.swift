internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import VoiceAPI

/// What an operator acknowledged of the calls that machines make for a merchant.
struct A2PDeclaration: Sendable {
  typealias V1 = Payaid.Voice.V1

  let id: A2PDeclarationID
  /// The ends of the range that is called from; both belong to it.
  let first: PhoneNumber
  let last: PhoneNumber
  /// The operator's reference.
  let acknowledgement: String
  let span: DeclaredSpan
  let createTime: Moment

  /// Most numbers of one range.
  private static let most: Int64 = 1_000_000
  private static let longestReference = 200

  static let columns: Query = """
    declaration_id, first_number, last_number, acknowledgement, start_time, end_time, create_time
    """

  init(_ row: Row) throws {
    guard let id = A2PDeclarationID(try row.decode("declaration_id", as: String.self)),
      let first = PhoneNumber(try row.decode("first_number", as: String.self)),
      let last = PhoneNumber(try row.decode("last_number", as: String.self))
    else {
      throw PostgresError(.invalidValue, "a declaration's row has an id or numbers of another kind")
    }
    self.id = id
    self.first = first
    self.last = last
    acknowledgement = try row.decode("acknowledgement")
    span = try DeclaredSpan(row)
    createTime = try row.decode("create_time")
  }

  /// The declaration as it will be recorded at `now`. Throws `invalidArgument` naming every field that
  /// breaks a rule.
  init(checking declaration: V1.A2pDeclaration, at now: Moment) throws {
    var violations = FieldViolations()
    let first = ConsentRules.number(declaration.firstNumber, "declaration.firstNumber", &violations)
    let last =
      declaration.lastNumber.isEmpty
      ? first : ConsentRules.number(declaration.lastNumber, "declaration.lastNumber", &violations)
    if let first, let last {
      violations.require(
        (0..<Self.most).contains(last.national - first.national), "declaration.lastNumber",
        "must not be below firstNumber, nor more than 999,999 above it")
    }
    let length = declaration.acknowledgement.codePointCount
    violations.require(
      (1...Self.longestReference).contains(length), "declaration.acknowledgement",
      "has \(length) characters; 1 to \(Self.longestReference) are allowed")
    let span = Self.span(declaration, now, &violations)
    try violations.throwIfAny()
    guard let first, let last, let span else {
      throw RPCError(.internal, "the declaration was not checked")
    }
    id = A2PDeclarationID()
    self.first = first
    self.last = last
    acknowledgement = declaration.acknowledgement
    self.span = span
    createTime = now
  }

  private static func span(
    _ declaration: V1.A2pDeclaration, _ now: Moment, _ violations: inout FieldViolations
  ) -> DeclaredSpan? {
    var times: [Moment?] = []
    for (time, name) in [(declaration.startTime, "startTime"), (declaration.endTime, "endTime")] {
      let moment = time.flatMap { Moment(checking: $0) }
      violations.require(
        time == nil || moment != nil, "declaration.\(name)", "must be a time of the years 1 to 9999"
      )
      times.append(moment)
    }
    let span = DeclaredSpan(start: times[0] ?? now, end: times[1])
    violations.require(
      span.end.map { span.start < $0 } ?? true, "declaration.endTime",
      "must be later than startTime")
    return span
  }

  /// As the API shows it.
  var proto: V1.A2pDeclaration {
    .with {
      $0.declarationId = id.text
      $0.firstNumber = first.e164
      $0.lastNumber = last.e164
      $0.acknowledgement = acknowledgement
      $0.startTime = span.start.timestamp
      $0.endTime = span.end?.timestamp
      $0.createTime = createTime.timestamp
    }
  }

  /// As the audit log tells it, numbers as digests.
  func payload(_ digest: SaltedDigest) -> JSONObject {
    var payload: JSONObject = [
      "acknowledgement": .string(digest(acknowledgement)), "declaration": .string(id.text),
      "first_number": .string(digest(first.e164)), "last_number": .string(digest(last.e164)),
      "start_time": .string(span.start.iso8601),
    ]
    payload["end_time"] = span.end.map { .string($0.iso8601) }
    return payload
  }
}

extension PhoneNumber {
  /// The ten digits as a number.
  fileprivate var national: Int64 { Int64(e164.dropFirst(3)) ?? 0 }
}
