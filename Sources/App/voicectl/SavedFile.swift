internal import EventLoop
internal import RPCCore
internal import Schema

/// A file that comes in parts.
enum SavedFile {
  /// Writes the parts to `path` as they come, for this user only. What is cut short does not stay.
  static func write(_ parts: ClientResponses<Google.Api.HttpBody>, to path: String) async throws {
    let file = try OutputFile(path)
    do {
      for try await part in parts { try file.write(part.data) }
      try file.close()
    } catch {
      file.remove()
      throw error
    }
  }
}
