internal import CBrotli

extension Compression {
  /// `body` compressed by Brotli at a quality fit for answers made on the spot; nil when the encoder
  /// finds no memory.
  package static func brotli(_ body: [UInt8]) -> [UInt8]? {
    let bound = BrotliEncoderMaxCompressedSize(body.count)
    var isDone = false
    let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      var size = bound
      isDone = unsafe body.withUnsafeBufferPointer { input in
        unsafe BrotliEncoderCompress(
          4, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, input.count, input.baseAddress, &size,
          buffer.baseAddress) != 0
      }
      count = isDone ? size : 0
    }
    return isDone ? output : nil
  }
}
