internal import Protobuf
internal import RPCCore
internal import TransparencyLog
internal import VoiceAPI

/// Takes a log and what proves it from a server.
struct AuditExport {
  typealias V1 = Payaid.Voice.V1

  let client: V1.ComplianceServiceClient
  let options: CallOptions

  /// A log's bundle, and the key that checks it.
  typealias Exported = (epoch: Int64, bundle: LogBundle, key: String)

  /// The log of an epoch, the current one for 0, or what it says of one subject: for 0 what every log does that
  /// tells of it. `since` is the checkpoint that the log is to be shown to continue.
  func bundles(in epoch: Int64, of subject: String?, since: [UInt8]?) async throws -> [Exported] {
    var epochs = [epoch]
    if let subject {
      let found = try await entries(of: subject, in: epoch) { _ in true }.map(\.epoch)
      epochs = Set(found).sorted()
      guard !epochs.isEmpty else {
        throw CommandFailure(description: "no entry is about \(subject)")
      }
      guard since == nil || epochs.count == 1 else {
        let names = epochs.map { "\($0)" }.joined(separator: ", ")
        throw CommandFailure(
          description: "epochs \(names) tell of \(subject): --since needs one, by --epoch")
      }
    }
    var exported: [Exported] = []
    for epoch in epochs {
      exported.append(try await bundle(in: epoch, of: subject, since: since))
    }
    return exported
  }

  /// All entries under a checkpoint that is signed now, or those about one subject with a proof each.
  private func bundle(
    in epoch: Int64, of subject: String?, since: [UInt8]?
  ) async throws -> Exported {
    let signed = try await client.getAuditCheckpoint(
      .with { $0.epoch = epoch }, options: options)
    // The log goes on while it is read.
    let entries = try await entries(of: subject, in: signed.epoch) { $0.index < signed.size }
    var bundle = LogBundle(
      checkpoint: signed.note, entries: entries.map(\.entry),
      payloads: entries.filter { !$0.salt.isEmpty }.map {
        LogBundle.Payload(seq: $0.index, salt: $0.salt, bytes: $0.payload)
      })
    guard subject != nil else { return (signed.epoch, bundle, signed.verifierKey) }
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
    return (signed.epoch, bundle, signed.verifierKey)
  }

  /// Entries of an epoch, of all for 0, up to the first that is not wanted.
  private func entries(
    of subject: String?, in epoch: Int64, while isWanted: (V1.AuditEntry) -> Bool
  ) async throws -> [V1.AuditEntry] {
    var entries: [V1.AuditEntry] = []
    var token = ""
    repeat {
      let page = try await client.listAuditEntries(
        .with {
          $0.pageToken = token
          $0.subject = subject ?? ""
          $0.epoch = epoch
        }, options: options)
      entries += page.entries.filter(isWanted)
      token = page.entries.last.map(isWanted) == true ? page.nextPageToken : ""
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
