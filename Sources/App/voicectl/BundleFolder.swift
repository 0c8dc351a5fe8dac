internal import ArgumentParser
internal import FoundationEssentials
internal import TransparencyLog

/// A bundle as the files of a folder.
enum BundleFolder {
  private static let readme = """
    What an audit log of payaid-voice says, and what proves it.

      checkpoint.txt    how far the log had come, signed (C2SP signed-note and tlog-checkpoint)
      entries.ndjson    entries, each line exactly the leaf that is hashed (RFC 6962)
      payloads.ndjson   what they commit to: HMAC-SHA-256 of the payload under its salt
      proofs.json       where these are not all entries: that each is in the log, and what it continues

    voicectl audit verify FOLDER --key KEY                   verifies it without a server
    python3 -m payaid_voice.audit FOLDER --key KEY           so does this, and shares no code with it

    KEY is the log's, as `voicectl audit key` printed it. Take it from where you kept it, not from here.

    """

  static func write(_ bundle: LogBundle, to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    try write(bundle.checkpoint.utf8, "checkpoint.txt")
    try write(bundle.entryLines, "entries.ndjson")
    try write(bundle.payloadLines, "payloads.ndjson")
    if let proofs = bundle.proofs { try write(proofs.text, "proofs.json") }
    try write(readme.utf8, "README.txt")
  }

  /// Reads a bundle. Throws a `LogVerdict` for one that is not of its form.
  static func bundle(in folder: String) throws -> LogBundle {
    try LogBundle(
      checkpoint: try read(folder + "/checkpoint.txt"),
      entries: try read(folder + "/entries.ndjson"),
      payloads: optional(folder + "/payloads.ndjson"), proofs: optional(folder + "/proofs.json"))
  }

  /// The bytes of a file that has to be there.
  static func read(_ path: String) throws -> [UInt8] {
    guard let bytes = optional(path) else { throw ValidationError("cannot read \(path)") }
    return bytes
  }

  private static func optional(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }
}
