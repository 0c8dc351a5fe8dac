package import Domain

extension NumberSeal {
  /// How the numbers of erasures under way, and of the calls that are held, move to another master key.
  /// Digests stay those of the first.
  package var resealings: [Resealing] {
    [
      Resealing("erasures.numbers", "number_sealed", in: "erasures", by: ["erasure_id"]) {
        try renew($0, in: $1[0])
      },
      Resealing(
        "erasures.holds", "number_sealed", in: "erasure_holds", by: ["erasure_id", "call_id"]
      ) { try renew($0, in: $1[0]) },
    ]
  }
}
