internal import Accounts
internal import ArgumentParser
internal import Buffers
internal import Calls
internal import Compliance
internal import Configuration
internal import Domain
internal import EventLoop
internal import Protobuf
internal import Telemetry
internal import VoiceAPI

/// `voiced held`: what the law keeps of erased people, for those of the operator's who have to produce it.
///
/// It is a command of the server's program, and not of voicectl, since it takes the server's keys.
struct Held: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "held", abstract: "Lists and reads calls that a rule keeps of erased people.",
    discussion: """
      It needs the settings of a server, and DATABASE_URL among them: `voiced serve` prints that of its own \
      database when it is ready.
      """,
    subcommands: [List.self, Read.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists what is held, one JSON line each: ids, rules and dates, and nobody's data.")

    private static let pageSize = 500

    @OptionGroup var sources: SettingSources

    func run() async throws {
      try await HeldAccess.open(sources) { access in
        var last: HeldRecord?
        repeat {
          let page = try await access.transaction { [last] in
            try await HeldRecords.page(after: last, limit: Self.pageSize, $0)
          }
          for record in page { print(try HeldOutput.line(record)) }
          last = page.count == Self.pageSize ? page.last : nil
        } while last != nil
      }
    }
  }

  struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Prints one held call with its number, texts and values; its recording into a file.",
      discussion: """
        For an authority's order, or a claim. Before anything is printed, who reads and why is an entry of \
        the merchant's audit log, and of the log of who read calls.
        """)

    @OptionGroup var sources: SettingSources
    @Argument(help: "The call, call_….") var call: String
    @Option(help: "Your address. Nobody reads what is held of a merchant that they belong to.")
    var by: String
    @Option(help: "For which order or request; name no person in it.") var reason: String
    @Option(help: "A new file for the recording, WAV.") var recording: String?

    func run() async throws {
      Log.setLevel(.warning)
      guard let id = CallID(call) else { throw ValidationError("\(call) is no call's id") }
      let reading = try checked()
      try await HeldAccess.open(sources) { access in
        let file = try recording.map { try OutputFile($0, isNew: true) }
        do {
          let (line, sound) = try await access.read(id, reading)
          if let file, let sound { try await sound.send { try file.write($0) } }
          print(line)
          try file?.close()
          if file != nil, sound == nil { throw SettingsError("no recording of this call is kept") }
        } catch {
          file?.remove()
          throw error
        }
      }
    }

    private func checked() throws -> HeldReading {
      guard let reader = EmailAddress.normalized(by) else {
        throw ValidationError("--by must be name@example.in")
      }
      let reason = reason.filter { !$0.isNewline }
      guard (1...500).contains(reason.unicodeScalars.count), reason.contains(where: \.isLetter),
        !reason.contains("\0")
      else { throw ValidationError("--reason must have 1 to 500 characters, and words among them") }
      return HeldReading(by: reader, for: reason, hearsSound: recording != nil)
    }
  }
}

/// What is printed of held calls.
enum HeldOutput {
  /// A record, and with `call` all that is kept, as one line of JSON.
  static func line(_ record: HeldRecord, call: Payaid.Voice.V1.Call? = nil) throws -> String {
    var json: JSONObject = [
      "callId": .string(record.call.text), "merchantId": .string(record.merchant.text),
      "erasureId": .string(record.erasure.text), "rule": .string(record.rule),
      "source": .string(record.source), "keepUntil": .string(record.until.iso8601),
    ]
    json["call"] = try call.map { try JSONValue(parsing: try $0.json()) }
    return String(decoding: JSONValue.object(json).serialized(), as: UTF8.self)
  }
}
