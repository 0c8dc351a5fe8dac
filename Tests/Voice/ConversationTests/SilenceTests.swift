import Audio
import Conversation
import Speech
import Testing

@Suite struct SilenceTests {
  private static let answer: [(Duration, RealtimeEvent)] = [
    (ms(500), .audio(PCMFrame(samples: [Int16](repeating: 1, count: 24_000), rate: .studio))),
    (ms(600), .outputTranscript("Hello?")), (ms(700), .generationComplete),
    (ms(700), .turnComplete),
  ]

  /// The agent asks at 12 s whether the caller is there, and at 24 s; at 36 s it hangs up.
  @Test(
    arguments: [
      (nil, true), (.dtmf("5"), false),
      (.model(.inputTranscript(Recognition(text: "haan"))), false),
      (.model(.inputTranscript(Recognition(text: " "))), true),
    ] as [(ConversationInput?, Bool)])
  func `a caller who presses keys, or whom only the model hears, is not silent`(
    sign: ConversationInput?, isSilent: Bool
  ) {
    var call = VirtualCall()
    call.begin()
    call.onPrompt = { _, _ in Self.answer }
    for time in [20_000, 32_000, 44_000, 56_000] {
      if let sign { call.at(time, sign) }
    }
    call.run(until: 60_000)
    #expect((call.end?.reason == .callerSilent) == isSilent)
  }
}
