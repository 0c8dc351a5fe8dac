internal import Glibc
internal import Simulation

/// What the command line and the environment say.
struct Settings: Sendable {
  /// Account that may use the Exotel side; key and token are its Basic credentials.
  var exotelKey = environment("EXOTEL_API_KEY") ?? "sim-key"
  var exotelToken = environment("EXOTEL_API_TOKEN") ?? "sim-token"
  var exotelSid = environment("EXOTEL_SID") ?? "payaid1"
  /// Key of the body signature that `sign_callbacks` switches on.
  var webhookSecret = environment("EXOTEL_WEBHOOK_SECRET") ?? "sim-webhook-secret"
  var geminiKey = environment("GEMINI_API_KEY") ?? "sim-gemini-key"
  var googleSpeechKey = environment("GOOGLE_STT_API_KEY") ?? "sim-stt-key"
  var azureSpeechKey = environment("AZURE_TTS_API_KEY") ?? "sim-azure-key"
  var pineconeKey = environment("PINECONE_API_KEY") ?? "sim-pinecone-key"
  /// The index that is there from the start.
  var pineconeIndex = environment("PINECONE_INDEX") ?? "payaid-voice"
  var ears = Ears.Mode.auto
  /// PEM file of whom to believe when calling back a server with a certificate of its own.
  var trustFile = environment("VOICESIM_TRUST")
  /// Folder for a stereo WAV file per call; none are written without it.
  var recordings: String?
  var scenario = Scenario()

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// Whole files, read and written on the calling thread.
enum WholeFile {
  /// The bytes of the file, or nil when it cannot be read.
  static func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&part, 1, part.count, file)
      if count == 0 { return bytes }
      bytes.append(contentsOf: part[0..<count])
    }
  }

  /// Whether all of `bytes` is in the file now.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    guard let file = unsafe fopen(path, "wb") else { return false }
    defer { unsafe fclose(file) }
    return unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count
  }

  /// Makes one folder; its parent must exist.
  static func makeFolder(_ path: String) { unsafe mkdir(path, 0o755) }
}
