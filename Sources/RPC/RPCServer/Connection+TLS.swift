internal import TLS

/// Ciphertext to plaintext and back; the session's own messages ride along.
extension Connection {
  func receiveCiphertext(_ bytes: UnsafeRawBufferPointer, _ session: TLSSession) {
    plaintext.removeAll(keepingCapacity: true)
    var failed = false
    do throws(TLSError) {
      try session.receiveCiphertext(bytes, into: &plaintext)
    } catch {
      failed = true
    }
    sendPendingCiphertext(session)
    if failed {
      tlsFailed()
      return close()
    }
    if !plaintext.isEmpty {
      // The driver may cause more plaintext to be gathered only by a later read.
      let received = plaintext
      received.withUnsafeBytes { receivePlain($0) }
    }
    if session.state == .closed { ended() }
  }

  func sendEncrypted(_ bytes: [UInt8], _ session: TLSSession) {
    do throws(TLSError) {
      try session.send(bytes)
    } catch {
      return close()
    }
    sendPendingCiphertext(session)
  }

  func sendCloseNotify(_ session: TLSSession) {
    session.close()
    sendPendingCiphertext(session)
  }

  private func sendPendingCiphertext(_ session: TLSSession) {
    guard session.hasCiphertext else { return }
    ciphertext.removeAll(keepingCapacity: true)
    session.takeCiphertext(into: &ciphertext)
    write(ciphertext)
  }
}
