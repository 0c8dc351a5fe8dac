internal import Buffers

/// A log, or some of its entries, with all that proves them: the texts of a folder's files.
///
/// - `checkpoint.txt`: the signed note.
/// - `entries.ndjson`: leaves, one a line.
/// - `payloads.ndjson`: `{"payload":{…},"salt":"HEX","seq":"N"}` a line, without those that were erased.
/// - `proofs.json`, where these are not all entries: `{"inclusion":[{"hashes":["HEX",…],"seq":"N"},…]}`, one
///   for each line, and what continues older checkpoints,
///   `{"consistency":[{"from_root":"HEX","from_size":"N","hashes":[…]}]}`.
package struct LogBundle: Sendable {
  package var checkpoint: String
  package var entries: [[UInt8]]
  package var payloads: [Payload]
  package var proofs: Proofs?

  /// What an entry commits to.
  package struct Payload: Sendable, Equatable {
    package let seq: Int64
    package let salt: [UInt8]
    /// In its canonical form.
    package let bytes: [UInt8]

    package init(seq: Int64, salt: [UInt8], bytes: [UInt8]) {
      self.seq = seq
      self.salt = salt
      self.bytes = bytes
    }
  }

  /// What stands for the rest of the log.
  package struct Proofs: Sendable, Equatable {
    package var inclusion: [(seq: Int64, hashes: [MerkleHash])]?
    package var consistency: [(size: Int64, root: MerkleHash, hashes: [MerkleHash])]

    package init(
      inclusion: [(seq: Int64, hashes: [MerkleHash])]?,
      consistency: [(size: Int64, root: MerkleHash, hashes: [MerkleHash])] = []
    ) {
      self.inclusion = inclusion
      self.consistency = consistency
    }

    package static func == (left: Proofs, right: Proofs) -> Bool { left.text == right.text }
  }

  package init(
    checkpoint: String, entries: [[UInt8]], payloads: [Payload], proofs: Proofs? = nil
  ) {
    self.checkpoint = checkpoint
    self.entries = entries
    self.payloads = payloads
    self.proofs = proofs
  }
}

// MARK: - Writing

extension LogBundle {
  /// The lines of `entries.ndjson`.
  package var entryLines: [UInt8] { entries.flatMap { $0 + [UInt8(ascii: "\n")] } }

  /// The lines of `payloads.ndjson`.
  package var payloadLines: [UInt8] { payloads.flatMap { $0.line + [UInt8(ascii: "\n")] } }
}

extension LogBundle.Payload {
  var line: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("payload")
    json.raw(bytes)
    json.key("salt")
    json.string(Hex.encode(salt))
    json.key("seq")
    json.string("\(seq)")
    json.endObject()
    return json.bytes
  }
}

extension LogBundle.Proofs {
  /// The text of `proofs.json`.
  package var text: [UInt8] {
    var object = JSONObject()
    if !consistency.isEmpty {
      object["consistency"] = .array(
        consistency.map {
          [
            "from_root": .string($0.root.hex), "from_size": .string("\($0.size)"),
            "hashes": Self.texts($0.hashes),
          ]
        })
    }
    if let inclusion {
      object["inclusion"] = .array(
        inclusion.map { ["hashes": Self.texts($0.hashes), "seq": .string("\($0.seq)")] })
    }
    return JSONValue.object(object).serialized()
  }

  private static func texts(_ hashes: [MerkleHash]) -> JSONValue {
    .array(hashes.map { .string($0.hex) })
  }
}

// MARK: - Reading

extension LogBundle {
  /// Reads the files of a bundle; the last two may be missing. Throws for one that is not of its form.
  package init(
    checkpoint: [UInt8], entries: [UInt8], payloads: [UInt8]?, proofs: [UInt8]?
  ) throws(LogVerdict) {
    self.init(
      checkpoint: String(decoding: checkpoint, as: UTF8.self),
      entries: try Self.lines(entries, "entries.ndjson"),
      payloads: try Self.payloads(payloads ?? []), proofs: try Self.proofs(proofs))
  }

  private static func lines(_ bytes: [UInt8], _ name: String) throws(LogVerdict) -> [[UInt8]] {
    if bytes.isEmpty { return [] }
    guard bytes.last == UInt8(ascii: "\n") else {
      throw .invalid("\(name) does not end with a line's end")
    }
    return bytes.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).map(Array.init)
  }

  private static func payloads(_ bytes: [UInt8]) throws(LogVerdict) -> [Payload] {
    var payloads: [Payload] = []
    for (number, line) in try lines(bytes, "payloads.ndjson").enumerated() {
      guard let object = (try? JSONValue(parsing: line))?.objectValue, object.count == 3,
        let seq = object["seq"]?.stringValue.flatMap({ Checkpoint.size($0) }),
        let salt = object["salt"]?.stringValue.flatMap({ MerkleHash(hex: $0) }),
        let payload = object["payload"], case .object = payload,
        let canonical = CanonicalJSON.encode(payload)
      else { throw .invalid("line \(number + 1) of payloads.ndjson is no payload") }
      payloads.append(Payload(seq: seq, salt: salt.bytes, bytes: canonical))
    }
    return payloads
  }

  private static func proofs(_ bytes: [UInt8]?) throws(LogVerdict) -> Proofs? {
    guard let bytes else { return nil }
    guard let object = (try? JSONValue(parsing: bytes))?.objectValue,
      object.keys.allSatisfy({ ["consistency", "inclusion"].contains($0) })
    else { throw .invalid("proofs.json is no object of proofs") }
    var proofs = Proofs(inclusion: nil)
    for item in try items(object["consistency"]) {
      guard let size = item["from_size"]?.stringValue.flatMap({ Checkpoint.size($0) }),
        let root = item["from_root"]?.stringValue.flatMap({ MerkleHash(hex: $0) })
      else { throw .invalid("a consistency proof of proofs.json is none") }
      proofs.consistency.append((size, root, try hashes(item["hashes"])))
    }
    guard let inclusion = object["inclusion"] else { return proofs }
    proofs.inclusion = []
    for item in try items(inclusion) {
      guard let seq = item["seq"]?.stringValue.flatMap({ Checkpoint.size($0) }) else {
        throw .invalid("an inclusion proof of proofs.json is none")
      }
      proofs.inclusion?.append((seq, try hashes(item["hashes"])))
    }
    return proofs
  }

  private static func items(_ value: JSONValue?) throws(LogVerdict) -> [JSONValue] {
    guard let value else { return [] }
    guard case .array(let items) = value else {
      throw .invalid("proofs.json has proofs that are no list")
    }
    return items
  }

  private static func hashes(_ value: JSONValue?) throws(LogVerdict) -> [MerkleHash] {
    guard case .array(let items)? = value, items.count <= 64 else {
      throw .invalid("a proof of proofs.json has no list of at most 64 hashes")
    }
    var hashes: [MerkleHash] = []
    for item in items {
      guard let hash = item.stringValue.flatMap({ MerkleHash(hex: $0) }) else {
        throw .invalid("a proof of proofs.json has a hash that is none")
      }
      hashes.append(hash)
    }
    return hashes
  }
}
