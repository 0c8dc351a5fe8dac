internal import Speech

extension CarrierCallStatus {
  /// Exotel's word, in any case.
  init(exotel word: String) {
    switch word.lowercased() {
    case "queued": self = .queued
    case "ringing": self = .ringing
    case "in-progress": self = .inProgress
    case "completed": self = .completed
    case "failed": self = .failed
    case "busy": self = .busy
    case "no-answer": self = .noAnswer
    case "canceled", "cancelled": self = .canceled
    default: self = .unrecognized(word)
    }
  }
}
