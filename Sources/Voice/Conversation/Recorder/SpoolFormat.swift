package import Audio

/// What went wrong with a recording.
package struct RecordingError: Error, Sendable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// The system refused to open, write or sync.
    case file
    /// The header is missing or damaged: nothing can be recovered.
    case header
    /// A record does not open under this key: wrong key, or records of another recording.
    case authentication
  }
  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}

/// The head of a spool file: "PVSPOOL1", length, fields, CRC-32C. All numbers are little-endian.
package struct SpoolHeader: Sendable, Equatable {
  static let magic = Array("PVSPOOL1".utf8)
  static let limit = 65_536

  package var recordingID: String
  package var wrappedKey: [UInt8]
  /// Milliseconds since 1970.
  package var startedAt: Int64
  package var rate: SampleRate

  var bytes: [UInt8] {
    var fields: [UInt8] = []
    fields.append(number: UInt64(bitPattern: startedAt), bytes: 8)
    fields.append(number: UInt64(rate.hertz), bytes: 4)
    for field in [Array(recordingID.utf8), wrappedKey] {
      fields.append(number: UInt64(field.count), bytes: 2)
      fields += field
    }
    var result = Self.magic
    result.append(number: UInt64(fields.count), bytes: 4)
    result += fields
    result.append(number: UInt64(CRC32C.checksum(result)), bytes: 4)
    return result
  }

  /// Reads the fields between length and checksum.
  init?(fields: ArraySlice<UInt8>) {
    var rest = fields
    guard let started = rest.takeNumber(8), let hertz = rest.takeNumber(4),
      let rate = SampleRate(peer: Int(hertz)),
      let idLength = rest.takeNumber(2), let id = rest.take(Int(idLength)),
      let keyLength = rest.takeNumber(2), let key = rest.take(Int(keyLength)), rest.isEmpty,
      let recordingID = String(validating: id, as: UTF8.self)
    else { return nil }
    self.init(
      recordingID: recordingID, wrappedKey: Array(key), startedAt: Int64(bitPattern: started),
      rate: rate)
  }

  init(recordingID: String, wrappedKey: [UInt8], startedAt: Int64, rate: SampleRate) {
    self.recordingID = recordingID
    self.wrappedKey = wrappedKey
    self.startedAt = startedAt
    self.rate = rate
  }
}

extension SpoolHeader {
  /// Bytes that the head of a spool has at most.
  static let largestSize = magic.count + 4 + limit + 4

  /// The head of a spool without its wrapped key, and how many of the bytes of `spool`, which begins with its
  /// head, it stands for. Throws `header` for one that is not whole.
  static func withoutKey(
    _ spool: [UInt8]
  ) throws(RecordingError) -> (head: [UInt8], replaced: Int) {
    var rest = spool[...]
    guard let start = rest.take(magic.count), Array(start) == magic,
      let length = rest.takeNumber(4), length <= limit, let fields = rest.take(Int(length)),
      rest.takeNumber(4) != nil, var header = SpoolHeader(fields: fields)
    else { throw RecordingError(.header, "the spool has no whole head") }
    header.wrappedKey = []
    return (header.bytes, spool.count - rest.count)
  }
}

/// One sealed record: {length, kind, seq, time, AES-256-GCM(payload), CRC-32C}.
struct SpoolRecord: Equatable {
  enum Kind: UInt8 {
    case audio = 0
    /// The last record: how many there are.
    case end = 1
    /// The same, written by recovery.
    case recoveredEnd = 2
  }
  static let headBytes = 4 + 1 + 8 + 8
  static let checksumBytes = 4
  /// More than any batch; a longer length is damage.
  static let sealedLimit = 16 << 20

  var kind: Kind
  var sequence: UInt64
  /// Milliseconds since the recording began.
  var time: UInt64
  var sealed: [UInt8]

  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.headBytes + sealed.count + Self.checksumBytes)
    result.append(number: UInt64(sealed.count), bytes: 4)
    result.append(kind.rawValue)
    result.append(number: sequence, bytes: 8)
    result.append(number: time, bytes: 8)
    result += sealed
    result.append(number: UInt64(CRC32C.checksum(result)), bytes: 4)
    return result
  }

  /// What the seal authenticates besides the payload: no swap, no move to another recording.
  func associatedData(_ recordingID: String) -> [UInt8] {
    var data = Array(recordingID.utf8)
    data.append(kind.rawValue)
    data.append(number: sequence, bytes: 8)
    data.append(number: time, bytes: 8)
    return data
  }
}

/// A stretch of one channel: where it begins, in samples since the recording began.
struct AudioSegment: Sendable, Equatable {
  var channel: UInt8
  var position: Int
  var samples: [Int16]

  func append(to bytes: inout [UInt8]) {
    bytes.append(channel)
    bytes.append(number: UInt64(position), bytes: 8)
    bytes.append(number: UInt64(samples.count), bytes: 4)
    PCMFrame(samples: samples, rate: .telephone).appendLittleEndian(to: &bytes)
  }

  /// All segments of a payload; nil when it does not add up.
  static func parse(_ payload: [UInt8]) -> [AudioSegment]? {
    var rest = payload[...]
    var segments: [AudioSegment] = []
    while let channel = rest.takeNumber(1) {
      guard channel < 2, let position = rest.takeNumber(8), position < 1 << 40,
        let count = rest.takeNumber(4), let data = rest.take(Int(count) * 2),
        let frame = PCMFrame(littleEndian: Array(data), rate: .telephone)
      else { return nil }
      segments.append(
        AudioSegment(channel: UInt8(channel), position: Int(position), samples: frame.samples))
    }
    return segments
  }
}

extension [UInt8] {
  mutating func append(number: UInt64, bytes: Int) {
    for index in 0..<bytes { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }
}

extension ArraySlice<UInt8> {
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= self.count else { return nil }
    defer { removeFirst(count) }
    return prefix(count)
  }

  mutating func takeNumber(_ bytes: Int) -> UInt64? {
    take(bytes)?.enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
  }
}
