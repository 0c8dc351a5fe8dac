internal import CMalloc

/// The process's `malloc`, set for a server.
public enum Allocator {
  /// Keeps up to `bytes` of freed memory at the end of each arena; a loop's thread has its own.
  ///
  /// glibc gives it back once 128 KiB are free there. Calls that arrive together free their memory
  /// together, so that a busy server took it anew with each batch, page by page: up to an eighth of a
  /// REST call's time, or none, as the sizes of the day have it. Blocks of 1 MiB or more are still
  /// taken from the system one by one and given back when they are freed (mallopt(3)).
  ///
  /// For the whole process: call it once, before any loop is made.
  public static func keepFreed(bytes: Int32 = 16 << 20) {
    _ = mallopt(M_TRIM_THRESHOLD, bytes)
    _ = mallopt(M_TOP_PAD, 1 << 20)
    _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
  }
}
