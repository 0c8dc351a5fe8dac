internal import CLibpq
internal import Glibc

/// Owns one `PGconn`. Every call is made on one loop, and none of them blocks.
@safe final class LibpqSession {
  enum Poll { case wantsRead, wantsWrite, ready, failed }
  enum Flush { case done, pending, failed }

  /// What `PQgetResult` gave.
  enum Answer {
    /// No more results for the current step.
    case stepEnded
    case synced
    case outcome(PipelineMachine.Outcome)
  }

  private let raw: OpaquePointer

  /// Starts to connect; nil when libpq is out of memory.
  init?(parameters: [(name: String, value: String)]) {
    var names = unsafe parameters.map { unsafe UnsafePointer(strdup($0.name)) }
    var values = unsafe parameters.map { unsafe UnsafePointer(strdup($0.value)) }
    unsafe names.append(nil)
    unsafe values.append(nil)
    defer {
      unsafe (names + values).forEach { unsafe free(UnsafeMutableRawPointer(mutating: $0)) }
    }
    guard let raw = unsafe PQconnectStartParams(names, values, 1) else { return nil }
    unsafe self.raw = raw
    _ = unsafe PQsetNoticeReceiver(raw, { _, _ in }, nil)
  }

  deinit { unsafe PQfinish(raw) }

  var socket: Int32 { unsafe PQsocket(raw) }
  var isBroken: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
  var backendProcess: Int32 { unsafe PQbackendPID(raw) }
  var isBusy: Bool { unsafe PQisBusy(raw) == 1 }
  var isIdleOutsideTransaction: Bool { unsafe PQtransactionStatus(raw) == PQTRANS_IDLE }

  /// libpq's last complaint, on one line.
  var errorMessage: String {
    let text = unsafe String(cString: PQerrorMessage(raw))
    return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
  }

  func poll() -> Poll {
    switch unsafe PQconnectPoll(raw) {
    case PGRES_POLLING_READING: .wantsRead
    case PGRES_POLLING_WRITING: .wantsWrite
    case PGRES_POLLING_OK: .ready
    default: .failed
    }
  }

  func enterPipeline() -> Bool {
    unsafe PQsetnonblocking(raw, 1) == 0 && PQenterPipelineMode(raw) == 1
  }

  func leavePipeline() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }
  func sync() -> Bool { unsafe PQpipelineSync(raw) == 1 }
  func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

  func flush() -> Flush {
    switch unsafe PQflush(raw) {
    case 0: .done
    case 1: .pending
    default: .failed
    }
  }

  /// Sends a text of several statements by the simple protocol; outside pipeline mode only.
  func sendScript(_ sql: String) -> Bool { unsafe PQsendQuery(raw, sql) == 1 }

  func sendPrepare(name: String, sql: String) -> Bool {
    unsafe PQsendPrepare(raw, name, sql, 0, nil) == 1
  }

  func sendPrepared(name: String, _ parameters: PackedParameters) -> Bool {
    unsafe parameters.withPointers { values, lengths, formats in
      unsafe PQsendQueryPrepared(
        raw, name, parameters.count, values, lengths, formats, 0) == 1
    }
  }

  func sendUnprepared(sql: String, _ parameters: PackedParameters) -> Bool {
    unsafe parameters.withPointers { values, lengths, formats in
      unsafe PQsendQueryParams(
        raw, sql, parameters.count, nil, values, lengths, formats, 0) == 1
    }
  }

  /// The next answer; call only when something is outstanding and `isBusy` is false.
  func nextAnswer(_ expectation: PipelineMachine.Expectation) -> Answer {
    guard let result = unsafe PQgetResult(raw) else { return .stepEnded }
    defer { unsafe PQclear(result) }
    return unsafe ResultReader(result, expectation).answer
  }

  func nextNotification() -> (channel: String, payload: String)? {
    guard let notice = unsafe PQnotifies(raw) else { return nil }
    defer { unsafe PQfreemem(notice) }
    return unsafe (
      String(cString: notice.pointee.relname), String(cString: notice.pointee.extra)
    )
  }
}
