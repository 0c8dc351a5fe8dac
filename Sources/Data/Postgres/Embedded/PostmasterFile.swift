/// `postmaster.pid`, which a running server keeps in its data folder: the process on line 1, the
/// folder on line 2.
struct PostmasterFile: Equatable {
  let process: Int32
  let dataFolder: String

  /// Nil when the text is not of that form.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, let process = Int32(lines[0]), process > 1 else { return nil }
    self.process = process
    dataFolder = String(lines[1])
  }
}
