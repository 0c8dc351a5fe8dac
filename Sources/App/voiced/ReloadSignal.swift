internal import Dispatch
internal import Glibc
internal import Telemetry

/// SIGHUP: the certificate's files are read again, without a connection being lost.
enum ReloadSignal {
  /// Takes over the signal for as long as the process lives.
  static func watch(_ certificates: Certificates) {
    signal(SIGHUP, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
    source.setEventHandler {
      withExtendedLifetime(source) {}
      do {
        try certificates.reload()
        Log("voiced").info("the certificate was read again")
      } catch {
        Log("voiced").error("the certificate stays as it was", ["error": "\(error)"])
      }
    }
    source.resume()
  }
}
