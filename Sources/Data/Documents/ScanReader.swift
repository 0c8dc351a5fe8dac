internal import EventLoop

/// Reads the pages of a PDF that have no text but a picture of one, in English and Hindi.
struct ScanReader {
  /// What was read of some pages.
  struct Result: Sendable, Equatable {
    /// Those with words.
    var pages: [DocumentPage] = []
    var unread = UnreadPages()
  }

  let loop: EventLoop
  let programs: DocumentPrograms
  let limits: DocumentLimits

  /// One page after another; those that cannot be read are told in the result. Throws `DocumentError` when that
  /// may be otherwise a moment later, and `CancellationError`.
  func read(_ numbers: [Int], of pdf: [UInt8]) async throws -> Result {
    var result = Result()
    let end = ContinuousClock.now + limits.scanTime
    for (place, number) in numbers.enumerated() {
      let rest = numbers[place...]
      if result.unread.isUnavailable {
        result.unread.add(rest, .unavailable)
        break
      }
      if place >= limits.scannedPages {
        result.unread.add(rest, .tooMany(limits.scannedPages))
        break
      }
      if ContinuousClock.now >= end {
        result.unread.add(rest, .late(limits.scanTime))
        break
      }
      switch try await page(number, of: pdf) {
      case .text(let text):
        if !text.isEmpty { result.pages.append(DocumentPage(number: number, text: text)) }
      case .unread(let reason): result.unread.add([number], reason)
      }
    }
    return result
  }

  private enum OnPage {
    /// Empty when there is nothing on it to be read.
    case text(String)
    case unread(UnreadPages.Reason)
  }

  private func page(_ number: Int, of pdf: [UInt8]) async throws -> OnPage {
    do {
      let picture = try await ProgramRun(
        loop: loop, Tesseract.picture(programs.pdftoppm, page: number, limits)
      ).run(pdf)
      if let reason = try reason(picture.ending) { return .unread(reason) }
      guard Tesseract.isPicture(picture.output) else { return .unread(.damaged) }
      let table = try await ProgramRun(
        loop: loop, Tesseract.reading(programs.tesseract, limits)
      ).run(picture.output)
      // Without any language it ends as it does when a picture is damaged.
      guard !Tesseract.lacksLanguage(table.errors) else { return .unread(.unavailable) }
      if let reason = try reason(table.ending) { return .unread(reason) }
      let text = try await loop.blocking { Tesseract.text(of: table.output) }
      return text.map { .text($0) } ?? .unread(.unclear)
    } catch let error as EventLoopError {
      guard [.notFound, .permissionDenied].contains(error.kind) else {
        throw DocumentError.unavailable(error)
      }
      return .unread(.unavailable)
    }
  }

  /// Why a page was not read; nil when it was. Throws when the loop has stopped.
  private func reason(
    _ ending: SandboxedProgram.Ending
  ) throws(DocumentError) -> UnreadPages.Reason? {
    if ending == .ended(.exited(0)) { return nil }
    if ending == .abandoned { throw .loopStopped }
    if ending.isMissing { return .unavailable }
    return ending.isLate ? .late(limits.time) : .damaged
  }
}
