package import Domain

extension Recordings {
  /// How the wrapped keys of recordings move to another master key. No sound is touched.
  package var resealing: Resealing {
    Resealing("recordings.keys", "recording_key", in: "call_metadata", by: ["call_id"]) {
      try self.renew($0, of: $1[0])
    }
  }
}
