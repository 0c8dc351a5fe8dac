package import Buffers

/// The bulk list `GET Calls.json`: filters, order and pages.
package struct CallListQuery: Sendable, Equatable {
  private var sids: Set<String>?
  private var from: Set<String>?
  private var statuses: Set<String>?
  private var earliest = Int.min
  private var latest = Int.max
  private var pageSize = 50
  private var isAscending = false
  private var offset = 0

  /// Reads the query; throws the text of the first parameter that is wrong.
  package init(_ query: [(String, String)]) throws(FieldFault) {
    for (name, value) in query { try apply(name, value) }
  }

  private mutating func apply(_ name: String, _ value: String) throws(FieldFault) {
    switch name {
    case "Sid": sids = Set(try Self.list(value, name, atMost: 100))
    case "From", "PhoneNumber":
      from = Set(try Self.list(value, name, atMost: 5).map { PhoneDigits.international($0) ?? $0 })
    case "Status": statuses = Set(try Self.list(value, name, atMost: 7))
    case "DateCreated": try applyDates(value)
    case "PageSize": pageSize = try Self.number(value, name, in: 1...100)
    case "After", "Before": offset = try Self.number(value, name, in: 0...1_000_000)
    case "SortBy": isAscending = value.hasSuffix(":asc")
    default: break
    }
  }

  private mutating func applyDates(_ value: String) throws(FieldFault) {
    for part in value.split(separator: ";") {
      let text = part.dropFirst(4)
      guard let time = IndianTime.unixSeconds(String(text)) else {
        throw FieldFault(message: "DateCreated must be gte:YYYY-MM-DD HH:mm:ss;lte:…")
      }
      if part.hasPrefix("gte:") { earliest = time }
      if part.hasPrefix("lte:") { latest = time }
    }
  }

  private static func list(
    _ value: String, _ name: String, atMost limit: Int
  ) throws(FieldFault) -> [String] {
    let items = value.split(separator: ",").map(String.init)
    guard items.count <= limit else {
      throw FieldFault(message: "\(name) has \(items.count) values; the limit is \(limit)")
    }
    return items
  }

  private static func number(
    _ value: String, _ name: String, in range: ClosedRange<Int>
  ) throws(FieldFault) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw FieldFault(message: "\(name) must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One page of `records`, with cursors; `path` is the list's own path.
  package func answer(from records: some Sequence<CallRecord>, path: String) -> JSONValue {
    let matches = records.filter(includes).sorted {
      isAscending ? $0.created < $1.created : $0.created > $1.created
    }
    let page = matches.dropFirst(offset).prefix(pageSize)
    let next = offset + pageSize
    let previous = max(0, offset - pageSize)
    return [
      "Metadata": [
        "Total": .int(matches.count), "PageSize": .int(pageSize),
        "FirstPageUri": link(path, "After", 0),
        "PrevPageUri": offset == 0 ? .null : link(path, "Before", previous),
        "NextPageUri": next >= matches.count ? .null : link(path, "After", next),
      ],
      "Calls": .array(page.map { $0.json() }),
    ]
  }

  private func link(_ path: String, _ cursor: String, _ offset: Int) -> JSONValue {
    .string("\(path)?PageSize=\(pageSize)&\(cursor)=\(offset)")
  }

  private func includes(_ record: CallRecord) -> Bool {
    (sids?.contains(record.sid) ?? true) && (from?.contains(record.request.from ?? "") ?? true)
      && (statuses?.contains(record.status.rawValue) ?? true)
      && record.created >= earliest && record.created <= latest
  }
}
