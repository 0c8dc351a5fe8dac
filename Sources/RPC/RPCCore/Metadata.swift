internal import Buffers

/// One value of metadata: text for ordinary names, bytes for names that end in `-bin`.
public enum MetadataValue: Sendable, Equatable {
  case ascii(String)
  case binary([UInt8])
}

/// The key-value pairs that travel beside a call: an ordered multimap.
///
/// Names are kept lower-case; the order of values under one name is kept. A name that ends in
/// `-bin` carries bytes, every other name carries printable ASCII. The edge leaves out what the
/// wire cannot carry or reserves for itself (`grpc-…`, pseudo-headers, connection headers).
public struct Metadata: Sendable, Equatable {
  /// One name with one value.
  public struct Entry: Sendable, Equatable {
    /// Lower-case.
    public let name: String
    /// Text, or bytes when the name ends in `-bin`.
    public let value: MetadataValue

    fileprivate init(name: String, value: MetadataValue) {
      self.name = name
      self.value = value
    }
  }

  /// All pairs in the order they came.
  public private(set) var entries: [Entry] = []

  /// No pairs.
  public init() {}

  /// Whether there is no pair at all.
  public var isEmpty: Bool { entries.isEmpty }

  /// Appends a text value; values already under `name` stay.
  public mutating func add(_ value: String, for name: String) {
    entries.append(Entry(name: name.inLowerCase, value: .ascii(value)))
  }

  /// Appends a bytes value. `name` must end in `-bin`; a name that does not gets the suffix.
  public mutating func add(binary value: [UInt8], for name: String) {
    let name = name.inLowerCase
    entries.append(
      Entry(name: name.hasSuffix("-bin") ? name : name + "-bin", value: .binary(value)))
  }

  /// Appends a value whose name is known to be in lower case and right for its kind.
  package mutating func add(lowercase name: String, _ value: MetadataValue) {
    // A user agent and a key of two fields, without growing twice.
    if entries.isEmpty { entries.reserveCapacity(4) }
    entries.append(Entry(name: name, value: value))
  }

  /// The first `count` pairs.
  func prefix(_ count: Int) -> Metadata {
    var metadata = Metadata()
    metadata.entries = Array(entries.prefix(count))
    return metadata
  }

  /// Appends all pairs of `other`.
  public mutating func add(contentsOf other: Metadata) {
    entries.append(contentsOf: other.entries)
  }

  /// Puts `value` in place of all values under `name`.
  public mutating func replace(_ name: String, with value: String) {
    removeAll(name)
    add(value, for: name)
  }

  /// Takes all values under `name` out.
  public mutating func removeAll(_ name: String) {
    let name = name.inLowerCase
    entries.removeAll { $0.name == name }
  }

  /// The first text value under `name`; setting replaces all values, `nil` removes them.
  public subscript(_ name: String) -> String? {
    get {
      // Names are nearly always asked for in lower case, and those that are not there mostly differ in
      // length from all that are. By index: an entry that is looped over is copied.
      var isCandidate = false
      for index in 0..<entries.count where entries[index].name.utf8.count == name.utf8.count {
        isCandidate = true
        guard entries[index].name == name, case .ascii(let text) = entries[index].value else {
          continue
        }
        return text
      }
      return isCandidate && !name.isInLowerCase ? self[name.lowercased()] : nil
    }
    set {
      removeAll(name)
      if let newValue { add(newValue, for: name) }
    }
  }

  /// All text values under `name`, in order.
  public func values(_ name: String) -> [String] {
    let name = name.inLowerCase
    return entries.compactMap {
      if $0.name == name, case .ascii(let text) = $0.value { text } else { nil }
    }
  }

  /// Whether `name`, in lower case, has more than one value.
  package func repeats(_ name: String) -> Bool {
    var count = 0
    for index in 0..<entries.count where entries[index].name == name { count += 1 }
    return count > 1
  }

  /// The first bytes value under `name`, which ends in `-bin`.
  public func binary(_ name: String) -> [UInt8]? {
    let name = name.inLowerCase
    for entry in entries where entry.name == name {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }
}

extension Metadata: ExpressibleByDictionaryLiteral {
  /// Text pairs in the order written; the same name may appear twice.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { add(value, for: name) }
  }
}
