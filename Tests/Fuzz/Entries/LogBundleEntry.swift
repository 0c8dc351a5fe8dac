internal import TransparencyLog

extension FuzzEntry {
  static let logBundle = FuzzEntry(
    name: "log-bundle",
    summary:
      "files of an audit bundle: written and read again the same, and verified by a right key",
    run: { (bytes) throws(Violation) in
      let parts = bytes.split(separator: 0x1E, maxSplits: 3, omittingEmptySubsequences: false)
        .map(Array.init)
      func part(_ index: Int) -> [UInt8]? { parts.count > index ? parts[index] : nil }
      try readNote(part(0) ?? [])
      guard
        let bundle = try? LogBundle(
          checkpoint: part(0) ?? [], entries: part(1) ?? [], payloads: part(2), proofs: part(3))
      else { return }
      try writeAgain(bundle)
      try verify(bundle)
    })
}

private func readNote(_ bytes: [UInt8]) throws(Violation) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let note = SignedNote(parsing: text) else { return }
  try requireEqual(note.description, text, "a note is written otherwise than it was read")
  guard let checkpoint = Checkpoint(note.text) else { return }
  try requireEqual(checkpoint.text, note.text, "a checkpoint is written otherwise than it was read")
}

private func writeAgain(_ bundle: LogBundle) throws(Violation) {
  let again = try mustWork("a bundle that we write, we do not read") {
    try LogBundle(
      checkpoint: Array(bundle.checkpoint.utf8), entries: bundle.entryLines,
      payloads: bundle.payloadLines, proofs: bundle.proofs?.text)
  }
  try requireEqual(again.entries, bundle.entries, "entries differ")
  try requireEqual(again.payloads, bundle.payloads, "payloads differ")
  try requireEqual(again.proofs, bundle.proofs, "proofs differ")
  for line in bundle.entries {
    guard let entry = LogEntry(line) else { continue }
    try requireEqual(entry.bytes, line, "an entry is written otherwise than it was read")
  }
}

/// Under a checkpoint of its own, and under one that is signed over what it holds.
private func verify(_ bundle: LogBundle) throws(Violation) {
  let signer = try mustWork("a key") {
    try NoteSigner(name: "log", seed: [UInt8](repeating: 1, count: 32))
  }
  let verifier = LogVerifier(key: signer.verifier)
  _ = try? verifier.verify(bundle)
  var tree = MerkleFrontier()
  for line in bundle.entries { _ = tree.append(.leaf(line)) }
  var (signed, halfway) = (bundle, MerkleFrontier())
  for line in bundle.entries.prefix(bundle.entries.count / 2) {
    _ = halfway.append(.leaf(line))
  }
  func note(_ tree: MerkleFrontier) throws(Violation) -> String {
    let text = Checkpoint(origin: "log", size: tree.size, root: tree.root).text
    return try mustWork("a note") { try SignedNote(signing: text, with: signer).description }
  }
  signed.checkpoint = try note(tree)
  let older = try note(halfway)
  guard let report = try? verifier.verify(signed, since: older) else { return }
  try requireEqual(report.entries, bundle.entries.count, "an entry was passed over")
  try requireEqual(report.payloads, bundle.payloads.count, "a payload was passed over")
  // What was proved is not proved with one entry changed.
  guard bundle.proofs?.inclusion == nil, let last = bundle.entries.indices.last else { return }
  signed.entries[last] += [0x20]
  try require((try? verifier.verify(signed)) == nil, "a changed entry is proved")
}
