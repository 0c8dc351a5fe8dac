import EventLoop
import Testing

@testable import Documents

@Suite struct ScanReaderTests {
  private static let header =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

  private static func word(
    _ text: String, _ place: String = "1\t1\t1", confidence: String = "95.5"
  ) -> String { "5\t1\t\(place)\t1\t0\t0\t9\t9\t\(confidence)\t\(text)\n" }

  private static func text(_ rows: String...) -> String? {
    Tesseract.text(of: Array((header + rows.joined()).utf8))
  }

  /// The pages of a PDF whose second has text and whose others are scans, read by two shell scripts.
  private func read(
    picture: String, reading: String, pages: [String] = ["", "text", ""],
    _ change: (inout DocumentLimits) -> Void = { _ in }
  ) async throws -> DocumentText {
    var limits = DocumentLimits()
    change(&limits)
    let chosen = limits
    return try await withProgram(picture) { picture in
      try await withProgram(reading) { reading in
        try await withLoop { loop in
          var programs = DocumentPrograms()
          (programs.pdftoppm, programs.tesseract) = (picture, reading)
          return try await DocumentReader(loop: loop, programs: programs, limits: chosen)
            .read(PDFWriter.pages(pages).bytes)
        }
      }
    }
  }

  private static let picture = #"printf 'P5\n1 1\n255\n%s' "$2""#

  /// Says which page its picture is of.
  private static let reading = """
    while read -r line; do page=$line; done
    printf 'head\\n5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t90\\tscan-%s\\n' "$line"
    """

  @Test func `pages without text are read as scans, each for itself, and keep their places`()
    async throws
  {
    let text = try await read(picture: Self.picture, reading: Self.reading)
    #expect(text.pages.map(\.number) == [1, 2, 3])
    #expect(text.pages.map(\.text) == ["scan-1", "text", "scan-3"])
    #expect(text.notice.isEmpty)
  }

  @Test(arguments: [
    ("exit 1", "exit 0", "pages 1, 3 not read: the image is damaged"),
    ("echo no picture", "exit 0", "pages 1, 3 not read: the image is damaged"),
    (picture, "exit 1", "pages 1, 3 not read: the image is damaged"),
    (
      picture, "exit 127",
      "pages 1, 3 not read: only images, and scans cannot be read on this server"
    ),
    (
      picture, "echo \"Failed loading language 'hin'\" >&2",
      "pages 1, 3 not read: only images, and scans cannot be read on this server"
    ),
    (
      picture, "echo \"Failed loading language 'hin'\" >&2; exit 1",
      "pages 1, 3 not read: only images, and scans cannot be read on this server"
    ),
    (
      picture, #"printf 'head\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t20\tx\n'"#,
      "pages 1, 3 not read: the scan is not clear enough"
    ),
  ])
  func `what was not read is told, and the rest is kept`(
    picture: String, reading: String, notice: String
  ) async throws {
    let text = try await read(picture: picture, reading: reading)
    #expect(text == DocumentText(pages: [DocumentPage(number: 2, text: "text")], notice: notice))
  }

  @Test func `a document of scans alone that cannot be read says why`() async throws {
    let error = await #expect(throws: DocumentError.self) {
      try await read(picture: "exit 127", reading: "exit 127", pages: ["", ""])
    }
    #expect(error?.kind == .noText)
    #expect(
      error?.message
        == "the pdf has no text: pages 1 to 2 not read: only images, and scans cannot be read on this server"
    )
  }

  @Test func `trouble at a start is no fault of the document`() async throws {
    try await withProgram(Self.picture) { picture in
      try await withLoop { loop in
        var programs = DocumentPrograms()
        // The system takes no argument of this size.
        (programs.pdftoppm, programs.tesseract) = (picture, String(repeating: "x", count: 200_000))
        let reader = DocumentReader(loop: loop, programs: programs)
        let error = await #expect(throws: DocumentError.self) {
          try await reader.read(PDFWriter.pages(["", "text"]).bytes)
        }
        #expect(error?.kind == .unavailable)
      }
    }
  }

  @Test func `as many pages are read as are allowed, for as long as is allowed`() async throws {
    let few = try await read(
      picture: Self.picture, reading: Self.reading, pages: ["", "", "", ""]
    ) { $0.scannedPages = 2 }
    #expect(few.pages.map(\.number) == [1, 2])
    #expect(
      few.notice == "pages 3 to 4 not read: of a document's scanned pages the first 2 are")
    let late = try await read(picture: Self.picture, reading: Self.reading) { $0.scanTime = .zero }
    #expect(late.pages.map(\.number) == [2])
    #expect(late.notice == "pages 1, 3 not read: scanned, and took longer than 0 s")
  }

  @Test func `a reader that takes too long is killed`() async throws {
    let text = try await read(picture: Self.picture, reading: "exec sleep 1000") {
      $0.time = .seconds(1)
    }
    #expect(text.pages.map(\.number) == [2])
    #expect(text.notice == "pages 1, 3 not read: scanned, and took longer than 1 s")
  }

  @Test func `words stand in lines and paragraphs`() {
    let text = Self.text(
      Self.word("Returns", "1\t1\t1"), "4\t1\t2\t1\t1\t0\t0\t0\t9\t9\t-1\t\n",
      Self.word("Within", "2\t1\t1"), Self.word("सात", "2\t1\t1"), Self.word("दिन।", "2\t1\t2"),
      Self.word(" ", "2\t1\t2"), Self.word("End", "2\t2\t1"))
    #expect(text == "Returns\n\nWithin सात\nदिन।\n\nEnd")
  }

  @Test func `guesses are no text, and a table without words is an empty page`() {
    #expect(Self.text(Self.word("x", confidence: "30"), Self.word("y", confidence: "60")) == nil)
    #expect(Self.text() == "")
    #expect(Tesseract.text(of: []) == "")
    #expect(Tesseract.text(of: Array("\n5\t\t\n\u{0}\t5".utf8) + [0xFF]) == "")
    #expect(Self.text("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tnan\tx\n") == "x")
  }

  @Test func `a notice names pages as stretches, and not without end`() {
    var unread = UnreadPages()
    unread.add([7], .unclear)
    unread.add([1, 2, 3, 9], .damaged)
    #expect(
      unread.notice
        == "page 7 not read: the scan is not clear enough; pages 1 to 3, 9 not read: the image is damaged"
    )
    var many = UnreadPages()
    for reason in [UnreadPages.Reason.unclear, .damaged, .late(.seconds(30)), .tooMany(50)] {
      many.add(stride(from: 100_000, to: 101_000, by: 2), reason)
    }
    #expect(many.notice.count <= 450)
  }
}
