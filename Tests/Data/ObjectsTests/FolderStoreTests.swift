import Dispatch
import FoundationEssentials
import Glibc
import Objects
import Testing

@Suite struct FolderStoreTests {
  private let folder: String
  private let key = ObjectKey("mer_1/a")!

  init() throws {
    var template = Array("/tmp/folder-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
  }

  @Test func `of two puts under one key each is whole, and the last to end is kept`() async throws {
    let store = try FolderStore(folder: folder)
    let slow = Waiting(bytes: [UInt8](repeating: 1, count: 3 << 20))
    async let put: Void = store.put(slow, key: key)
    defer { slow.goOn() }
    await slow.isRead()
    let other = [UInt8](repeating: 2, count: 5 << 20)
    try await store.put(other, key: key)
    #expect(try await store.get(key) == other)
    slow.goOn()
    try await put
    #expect(try await store.get(key) == slow.bytes)
    #expect(try parts().isEmpty)
  }

  @Test func `what a process that was killed left is removed at the next start, and nothing else`()
    async throws
  {
    let store = try FolderStore(folder: folder)
    try await store.put([1], key: key)
    let slow = Waiting(bytes: [UInt8](repeating: 1, count: 2 << 20))
    async let put: Void = store.put(slow, key: key)
    defer { slow.goOn() }
    await slow.isRead()
    let left = "\(folder)/~parts/1.part"
    close(open(left, O_CREAT | O_WRONLY, 0o600))
    var times = [timespec](repeating: timespec(tv_sec: time(nil) - 86_400, tv_nsec: 0), count: 2)
    utimensat(AT_FDCWD, left, &times, 0)
    #expect(try parts().count == 2)

    let next = try FolderStore(folder: folder)
    #expect(try parts().count == 1)
    #expect(try await next.get(key) == [1])
    slow.goOn()
    try await put
    #expect(try parts().isEmpty)
  }

  /// What is being written.
  private func parts() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/~parts")
  }
}

/// A source whose second piece waits until it is told to go on.
private final class Waiting: ObjectSource {
  let bytes: [UInt8]
  private let begun = DispatchSemaphore(value: 0)
  private let allowed = DispatchSemaphore(value: 0)

  init(bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  func read(_ range: Range<Int>) -> [UInt8] {
    if range.lowerBound > 0 {
      begun.signal()
      allowed.wait()
      allowed.signal()
    }
    return Array(bytes[range])
  }

  /// Returns when a piece was written and the next is asked for.
  func isRead() async {
    await withCheckedContinuation { done in
      DispatchQueue.global().async {
        self.begun.wait()
        done.resume()
      }
    }
  }

  func goOn() { allowed.signal() }
}
