import Audio
import Testing

@Suite struct PacerTests {
  private func audio(_ items: [Pacer.Item]) -> [PCMFrame] {
    items.compactMap { if case .audio(let frame, _) = $0 { frame } else { nil } }
  }

  @Test func `a long answer leaves in full chunks at real time with a bounded lead`() {
    var pacer = Pacer(rate: .telephone)
    pacer.append([Int16](repeating: 1, count: 16_000), at: .zero)
    pacer.flush()
    var sent = 0
    for step in 0..<200 {
      let now = Duration.milliseconds(step * 10)
      let chunks = audio(pacer.due(at: now))
      #expect(chunks.allSatisfy { $0.samples.count == 1_600 })
      sent += chunks.count
      #expect(pacer.peerPlaysUntil - now <= .milliseconds(320))
      if pacer.queuedSamples > 0 { #expect(pacer.peerPlaysUntil > now) }
    }
    #expect(sent == 10)
  }

  @Test(arguments: [1, 159, 160, 1_599, 1_600, 1_601, 3_300])
  func `the last chunk of a piece is padded with silence`(count: Int) {
    var pacer = Pacer(rate: .telephone, lead: .seconds(10))
    pacer.append([Int16](repeating: 7, count: count), at: .zero)
    pacer.flush()
    let samples = audio(pacer.due(at: .zero)).flatMap(\.samples)
    #expect(samples.count == (count + 1_599) / 1_600 * 1_600)
    #expect(samples.prefix(count).allSatisfy { $0 == 7 })
    #expect(samples.dropFirst(count).allSatisfy { $0 == 0 })
    #expect((samples.count * 2).isMultiple(of: 320))
  }

  @Test func `a short remainder waits for more, and is sent padded when none comes`() {
    var pacer = Pacer(rate: .telephone)
    pacer.append([Int16](repeating: 7, count: 800), at: .zero)
    #expect(pacer.due(at: .zero).isEmpty)
    #expect(pacer.nextDue(at: .zero) == .milliseconds(150))
    pacer.append([Int16](repeating: 7, count: 800), at: .milliseconds(50))
    #expect(audio(pacer.due(at: .milliseconds(50))).count == 1)
    pacer.append([7], at: .milliseconds(60))
    #expect(pacer.due(at: .milliseconds(240)).isEmpty)
    #expect(audio(pacer.due(at: .milliseconds(250))).count == 1)
  }

  @Test func `a mark follows exactly the audio before it`() {
    var pacer = Pacer(rate: .telephone, lead: .seconds(10))
    pacer.mark("first")
    #expect(pacer.due(at: .zero) == [.mark("first")])
    pacer.append([Int16](repeating: 1, count: 2_000), at: .zero)
    pacer.mark("middle")
    pacer.append([Int16](repeating: 2, count: 400), at: .zero)
    pacer.flush()
    pacer.mark("end")
    let items = pacer.due(at: .zero)
    let kinds = items.map { if case .mark(let name) = $0 { name } else { "audio" } }
    #expect(kinds == ["audio", "audio", "middle", "end"])
  }

  @Test func `pieces never share a chunk after a flush`() {
    var pacer = Pacer(rate: .telephone, lead: .seconds(10))
    pacer.append([Int16](repeating: 1, count: 100), at: .zero)
    pacer.flush()
    pacer.append([Int16](repeating: 2, count: 100), at: .zero)
    let first = audio(pacer.due(at: .zero))
    #expect(first.count == 1)
    #expect(!first[0].samples.contains(2))
  }

  @Test func `clear drops what is queued and starts afresh at once`() {
    var pacer = Pacer(rate: .telephone)
    pacer.append([Int16](repeating: 1, count: 8_000), at: .zero)
    pacer.mark("lost")
    _ = pacer.due(at: .zero)
    #expect(pacer.clear(at: .milliseconds(50)) == 6_400)
    #expect(pacer.nextDue(at: .milliseconds(50)) == nil)
    pacer.append([Int16](repeating: 2, count: 1_600), at: .milliseconds(50))
    #expect(pacer.nextDue(at: .milliseconds(50)) == .milliseconds(50))
    #expect(audio(pacer.due(at: .milliseconds(50))).first?.samples.first == 2)
  }

  @Test func `audio beyond the limit is refused`() {
    var pacer = Pacer(rate: .telephone, limit: .seconds(1))
    pacer.append([Int16](repeating: 1, count: 8_000), at: .zero)
    let accepted = pacer.append([1], at: .zero)
    #expect(!accepted)
    #expect(pacer.queuedSamples == 8_000)
  }
}
