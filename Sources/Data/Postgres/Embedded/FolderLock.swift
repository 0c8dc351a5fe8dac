internal import Glibc

/// Held by the process that uses a data folder. The system drops it when the process ends, however.
final class FolderLock {
  private let descriptor: Int32

  /// Throws when another process holds it.
  init(_ path: String) throws(PostgresError) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileSystem.failure("open \(path)") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(descriptor)
      throw PostgresError(.embedded, "another process uses the data folder of \(path)")
    }
  }

  /// Unlocks for all who share the lock: a child that another thread is just forking holds the
  /// descriptor too, until it has become what it is to be.
  deinit {
    flock(descriptor, LOCK_UN)
    Glibc.close(descriptor)
  }
}
