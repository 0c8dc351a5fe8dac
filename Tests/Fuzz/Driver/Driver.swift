internal import CFuzzer
internal import FuzzEntries
internal import Glibc

/// Gives libFuzzer's inputs to the entry that `PAYAID_FUZZ_ENTRY` names; the arguments are
/// libFuzzer's. Without that variable it lists the entries.
@main enum Driver {
  static let entry = unsafe getenv("PAYAID_FUZZ_ENTRY").map { unsafe String(cString: $0) }
    .flatMap { FuzzEntry.named($0) }

  static func main() {
    guard entry != nil else {
      for entry in FuzzEntry.all {
        let gap = String(repeating: " ", count: max(1, 16 - entry.name.count))
        print("  \(entry.name)\(gap)\(entry.summary)")
      }
      return
    }
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine
      .unsafeArgv
    exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe fuzz($0, $1) })
  }
}

/// One input. The name is the one that libFuzzer's own `main`, which is linked and not used, calls.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  do throws(Violation) {
    try Driver.entry?.run(bytes)
  } catch {
    fatalError("\(error)")
  }
  return 0
}
