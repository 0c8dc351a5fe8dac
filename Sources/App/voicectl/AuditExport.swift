internal import Protobuf
internal import RPCCore
internal import TransparencyLog
internal import VoiceAPI

/// Takes a log and what proves it from a server.
struct AuditExport {
  typealias V1 = Payaid.Voice.V1

  let client: V1.ComplianceServiceClient
  let options: CallOptions
  /// The log; the current one for 0.
  let epoch: Int64

  /// All entries under a checkpoint that is signed now, or those about one subject with a proof each;
  /// `since` is the checkpoint that the log is to be shown to continue. And the key that checks it.
  func bundle(of subject: String?, since: [UInt8]?) async throws -> (LogBundle, key: String) {
    let signed = try await client.getAuditCheckpoint(
      .with { $0.epoch = epoch }, options: options)
    let entries = try await entries(of: subject, in: signed)
    var bundle = LogBundle(
      checkpoint: signed.note, entries: entries.map(\.entry),
      payloads: entries.filter { !$0.salt.isEmpty }.map {
        LogBundle.Payload(seq: $0.index, salt: $0.salt, bytes: $0.payload)
      })
    guard subject != nil else { return (bundle, signed.verifierKey) }
    var proofs = LogBundle.Proofs(inclusion: [])
    for entry in entries {
      let proved = try await client.getAuditEntry(
        .with {
          $0.epoch = signed.epoch
          $0.index = entry.index
          $0.treeSize = signed.size
        }, options: options)
      proofs.inclusion?.append((entry.index, proved.hashes.compactMap { MerkleHash($0) }))
    }
    if let since { proofs.consistency = [try await consistency(since, with: signed)] }
    bundle.proofs = proofs
    return (bundle, signed.verifierKey)
  }

  private func entries(
    of subject: String?, in log: V1.AuditCheckpoint
  ) async throws -> [V1.AuditEntry] {
    var entries: [V1.AuditEntry] = []
    var token = ""
    repeat {
      let page = try await client.listAuditEntries(
        .with {
          $0.pageToken = token
          $0.subject = subject ?? ""
          $0.epoch = log.epoch
        }, options: options)
      // The log goes on while it is read.
      entries += page.entries.filter { $0.index < log.size }
      token = page.entries.last.map { $0.index < log.size } == true ? page.nextPageToken : ""
    } while !token.isEmpty
    return entries
  }

  private func consistency(
    _ note: [UInt8], with signed: V1.AuditCheckpoint
  ) async throws -> (size: Int64, root: MerkleHash, hashes: [MerkleHash]) {
    guard let key = NoteVerifier(signed.verifierKey),
      let old = Checkpoint(note: String(decoding: note, as: UTF8.self), signedBy: key)
    else { throw CommandFailure(description: "--since is no checkpoint of this log") }
    let proof = try await client.getAuditConsistency(
      .with {
        $0.epoch = signed.epoch
        $0.fromSize = old.size
        $0.toSize = signed.size
      }, options: options)
    return (old.size, old.root, proof.hashes.compactMap { MerkleHash($0) })
  }
}
