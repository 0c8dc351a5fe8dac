/// How long the law has recordings of calls kept that recover loans: six months, from 1 January 2027 on.
package enum RecoveryRecording {
  package static let effectiveFrom = IndianTime.midnight(2027, 1, 1)
  /// From the end of the call.
  package static let lifetime = Duration.seconds(180 * 86_400)
}
