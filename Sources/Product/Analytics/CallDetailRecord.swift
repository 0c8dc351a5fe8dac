internal import Buffers
internal import Domain
internal import Postgres

/// A call as its detail record tells it: who, when, how long and at what cost, never what was said.
struct CallDetailRecord: Sendable {
  /// One value of it.
  enum Cell: Sendable, Equatable {
    case text(String)
    /// A number of a phone, which is no formula though it begins with a plus.
    case phone(String)
    case number(Int64)
  }

  /// What all records have, in this order; new ones come last.
  static let columns = [
    "cdr_version", "call_id", "tenant_id", "agent_id", "agent_version", "direction", "cli",
    "cli_series", "called_number", "called_kind", "provider_call_id", "gate_decision_id",
    "gate_reason", "dnd_status", "language", "queued_at", "initiated_at", "answered_at", "ended_at",
    "ring_seconds", "talk_seconds", "status", "hangup_cause", "recording_id", "cost_paise",
    "currency", "revision", "audit_seq", "audit_epoch",
  ]

  /// By column; those that are not known are not there.
  private(set) var cells: [String: Cell] = [
    "cdr_version": .text("1"), "currency": .text("INR"),
  ]

  init(cells: [String: Cell]) { self.cells.merge(cells) { $1 } }

  /// What a row of ``CallRecordStore`` says; people's numbers are masked unless they are to be whole.
  init(_ row: Row, hasFullNumbers: Bool) throws {
    for (column, name) in [
      ("call_id", "call_id"), ("merchant_id", "tenant_id"), ("agent_id", "agent_id"),
      ("carrier_id", "provider_call_id"), ("gate_decision_id", "gate_decision_id"),
      ("gate_reason", "gate_reason"), ("language", "language"), ("end_reason", "hangup_cause"),
      ("recording_id", "recording_id"),
    ] {
      set(name, text: try row.decode(column, as: String?.self))
    }
    for name in ["direction", "dnd_status"] {
      set(name, text: try row.decode(name, as: String.self).uppercased())
    }
    set("status", text: Self.status(try row.decode("state")))
    for (column, name) in [
      ("agent_version", "agent_version"), ("revision", "revision"), ("audit_seq", "audit_seq"),
      ("audit_epoch", "audit_epoch"),
    ] {
      set(name, number: try row.decode(column, as: Int64?.self))
    }
    try setNumbers(row, hasFullNumbers)
    try setTimes(row)
    // Half a paisa counts as one.
    set("cost_paise", number: (try row.decode("cost", as: Int64.self) + 5_000) / 10_000)
  }

  private mutating func setNumbers(_ row: Row, _ hasFullNumbers: Bool) throws {
    if let own = try row.decode("caller_id", as: String?.self).flatMap(PhoneNumber.init) {
      cells["cli"] = .phone(own.e164)
      set("cli_series", text: Self.series(own))
    }
    if let person = try row.decode("phone_number", as: String?.self).flatMap(PhoneNumber.init) {
      cells["called_number"] = .phone(hasFullNumbers ? person.e164 : Self.masked(person))
      set("called_kind", text: Self.kind(person))
    }
  }

  private mutating func setTimes(_ row: Row) throws {
    var times: [String: Moment] = [:]
    for (column, name) in [
      ("create_time", "queued_at"), ("dial_time", "initiated_at"), ("answer_time", "answered_at"),
      ("end_time", "ended_at"),
    ] {
      times[name] = try row.decode(column, as: Moment?.self)
      set(name, text: times[name]?.iso8601)
    }
    guard let answer = times["answered_at"] else { return }
    if let dial = times["initiated_at"] {
      set("ring_seconds", number: max(0, (answer - dial).components.seconds))
    }
    set("talk_seconds", number: try row.decode("duration_us", as: Int64.self) / 1_000_000)
  }

  private mutating func set(_ name: String, text: String?) {
    if let text, !text.isEmpty { cells[name] = .text(text) }
  }

  private mutating func set(_ name: String, number: Int64?) {
    cells[name] = number.map { .number($0) }
  }

  /// The first and last two digits of ten.
  static func masked(_ number: PhoneNumber) -> String {
    "\(number.e164.prefix(5))******\(number.e164.suffix(2))"
  }

  private static func series(_ number: PhoneNumber) -> String? {
    switch number.kind {
    case .promotionalSeries: "140"
    case .serviceSeries: String(number.e164.dropFirst(3).prefix(4))
    default: nil
    }
  }

  private static func kind(_ number: PhoneNumber) -> String {
    switch number.kind {
    case .subscriber: "SUBSCRIBER"
    case .promotionalSeries, .serviceSeries: "SERIES"
    case .inboundService: "INBOUND_SERVICE"
    }
  }

  private static func status(_ state: String) -> String {
    state == "dialing" ? "INITIATED" : state.uppercased()
  }
}

extension CallDetailRecord {
  /// The head of a CSV file.
  static let csvHead = columns.joined(separator: ",") + "\n"

  /// A line of CSV.
  var csv: String {
    Self.columns.map { name in
      switch cells[name] {
      case .text(let text): Self.quoted(Self.harmless(text))
      case .phone(let text): Self.quoted(text)
      case .number(let number): "\(number)"
      case nil: ""
      }
    }.joined(separator: ",") + "\n"
  }

  /// The text behind an apostrophe when a spreadsheet would take it for a formula.
  private static func harmless(_ text: String) -> String {
    guard let first = text.utf8.first, "=+-@\t\r\n".utf8.contains(first) else { return text }
    return "'" + text
  }

  /// In quotes when it would end a cell (RFC 4180).
  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// A line of NDJSON.
  var json: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    for name in Self.columns {
      guard let cell = cells[name] else { continue }
      json.key(name)
      switch cell {
      case .text(let text), .phone(let text): json.string(text)
      case .number(let number): json.number(number)
      }
    }
    json.endObject()
    return json.bytes + [UInt8(ascii: "\n")]
  }
}
