internal import Domain
internal import Protobuf
internal import VoiceAPI

extension DLTChain {
  /// As the API shows it; what was recorded ends by itself.
  func proto(_ telemarketer: String?, now: Moment) -> Payaid.Voice.V1.DltBinding {
    .with {
      $0.telemarketerId = telemarketer ?? ""
      switch self {
      case .noTelemarketer, .unbound: $0.state = .unbound
      case .revoked: $0.state = .revoked
      case .bound(let end):
        $0.state = now < end ? .bound : .expired
        $0.expireTime = end.timestamp
      }
    }
  }
}
