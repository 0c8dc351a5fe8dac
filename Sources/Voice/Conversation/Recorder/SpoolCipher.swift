internal import TLS

/// Seals and opens the records of one recording.
struct SpoolCipher: Sendable {
  private let cipher: AES256GCM
  private let recordingID: String

  init(key: [UInt8], recordingID: String) throws(RecordingError) {
    do {
      cipher = try AES256GCM(key: key)
    } catch {
      throw RecordingError(.authentication, error.message)
    }
    self.recordingID = recordingID
  }

  func seal(_ payload: [UInt8], _ kind: SpoolRecord.Kind, sequence: UInt64, time: UInt64)
    throws(RecordingError) -> SpoolRecord
  {
    var record = SpoolRecord(kind: kind, sequence: sequence, time: time, sealed: [])
    do {
      record.sealed = try cipher.seal(payload, authenticating: record.associatedData(recordingID))
    } catch {
      throw RecordingError(.authentication, "record \(sequence) could not be sealed")
    }
    return record
  }

  func open(_ record: SpoolRecord) throws(RecordingError) -> [UInt8] {
    do {
      return try cipher.open(
        record.sealed, authenticating: record.associatedData(recordingID))
    } catch {
      throw RecordingError(
        .authentication, "record \(record.sequence) does not open under this key")
    }
  }
}
