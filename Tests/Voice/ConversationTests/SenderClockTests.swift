import Audio
import Testing

@testable import Conversation

/// Frames of 100 ms, each with its time by the sender's clock and by ours, in milliseconds.
private typealias Frames = [(sent: Int, arrival: Int)]

@Suite struct SenderClockTests {
  /// Where the recording has `frames`, in samples at 8 kHz.
  private func positions(_ frames: Frames) -> [Int?] {
    var clock = SenderClock()
    var timeline = RecordingTimeline(rate: .telephone)
    return frames.map { frame -> Int? in
      let late = clock.lateness(of: ms(100), sentAt: ms(frame.sent), at: ms(frame.arrival))
      let samples = [Int16](repeating: 1, count: 800)
      return timeline.caller(samples, at: ms(frame.arrival) - late)?.position
    }
  }

  @Test(arguments: [3, 9])
  func `after a stall and a burst the caller's track is in step, with all its audio`(
    seconds: Int
  ) {
    let burst = 11...(10 + seconds * 10)
    let frames: Frames = (1...300).map { number in
      let arrival = burst.contains(number) ? burst.upperBound : number
      return (sent: 7_000 + number * 100, arrival: arrival * 100)
    }
    let wanted: [Int?] = (0..<300).map { $0 * 800 }
    #expect(positions(frames) == wanted)
  }

  @Test func `what the sender left out is a gap`() {
    let frames: Frames = [1, 2, 3, 30, 31].map { (sent: $0 * 100, arrival: $0 * 100) }
    #expect(positions(frames) == [0, 800, 1_600, 23_200, 24_000])
  }

  @Test func `a clock that is set back begins anew`() {
    let frames: Frames = (1...20).map { (sent: $0 % 10 * 100, arrival: $0 * 100) }
    let wanted: [Int?] = (0..<20).map { $0 * 800 }
    #expect(positions(frames) == wanted)
  }

  @Test func `a clock that stands still is none`() {
    let frames: Frames = [1, 2, 3, 30, 31].map { (sent: 0, arrival: $0 * 100) }
    #expect(positions(frames) == [0, 800, 1_600, 23_200, 24_000])
  }

  @Test func `a clock that misses a pause of the line is corrected within ten seconds`() {
    let frames: Frames = (1...200).map { number in
      (sent: number * 100, arrival: number * 100 + (number > 10 ? 3_000 : 0))
    }
    let places = positions(frames)
    #expect(places[11] == 8_800)
    #expect(places[80] == 88_000)
    #expect(places[199] == 183_200)
  }

  @Test func `what was said before the recording began is not in it`() {
    var timeline = RecordingTimeline(rate: .telephone)
    let frame = [Int16](repeating: 1, count: 800)
    #expect(timeline.caller(frame, at: ms(-1)) == nil)
    #expect(timeline.caller(frame, at: ms(99))?.position == 0)
  }

  @Test func `frames without a time are never late`() {
    var clock = SenderClock()
    #expect(clock.lateness(of: ms(100), sentAt: nil, at: ms(5)) == .zero)
    #expect(clock.lateness(of: ms(100), sentAt: nil, at: ms(5_000)) == .zero)
  }
}
