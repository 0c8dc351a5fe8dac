import Jobs
import Testing

@testable import Domain

@Suite struct KeyRotationTests {
  @Test func `a request reads back`() throws {
    let rotation = KeyRotation(after: 7, delay: .seconds(300))
    #expect(try KeyRotation(jobPayload: rotation.jobPayload) == rotation)
  }

  @Test(arguments: ["", "1", "0 300", "-1 300", "1 -1", "1 86401", "1 2 3", "4294967295 1", "x 1"])
  func `a payload that asks for no key is refused`(text: String) {
    #expect(throws: JobError.self) { try KeyRotation(jobPayload: Array(text.utf8)) }
  }
}
