import EventLoop
import Testing

@testable import Documents

@Suite struct PDFReadingTests {
  private func read(
    _ bytes: [UInt8], _ limits: DocumentLimits = DocumentLimits()
  ) async throws -> [DocumentPage] {
    try await withLoop { try await DocumentReader(loop: $0, limits: limits).read(bytes).pages }
  }

  private func failure(
    _ bytes: [UInt8], _ limits: DocumentLimits = DocumentLimits()
  ) async -> DocumentError? {
    await #expect(throws: DocumentError.self) { try await read(bytes, limits) }
  }

  @Test func `a PDF's pages come with their numbers`() async throws {
    let pdf = PDFWriter.pages(["We open at ten.\nRefunds within a fort-\nnight.", "Second page."])
    #expect(
      try await read(pdf.bytes) == [
        DocumentPage(number: 1, text: "We open at ten.\nRefunds within a fortnight."),
        DocumentPage(number: 2, text: "Second page."),
      ])
  }

  @Test func `a page without text is left out and counted`() async throws {
    let pages = try await read(PDFWriter.pages(["one", "", "three"]).bytes)
    #expect(pages.map(\.number) == [1, 3])
  }

  @Test func `Devanagari in a font of its own codes is read by its map`() async throws {
    let text = "नमस्ते, दुकान सुबह दस बजे खुलती है"
    #expect(
      try await read(PDFWriter.mapped(text).bytes) == [DocumentPage(number: 1, text: text)])
  }

  @Test func `bytes before the header do no harm`() async throws {
    let pdf = Array(repeating: UInt8(ascii: " "), count: 1_000) + PDFWriter.pages(["x"]).bytes
    #expect(try await read(pdf) == [DocumentPage(number: 1, text: "x")])
  }

  @Test(arguments: [
    (Array("Refunds\r\nwithin 7 days\u{C}".utf8), "Refunds\nwithin 7 days"),
    ([0xFF, 0xFE, 0x28, 0x09], "न"),
  ])
  func `a text file is one page without a number`(bytes: [UInt8], text: String) async throws {
    #expect(try await read(bytes) == [DocumentPage(number: 0, text: text)])
  }

  @Test(arguments: [
    (PDFWriter.encrypted.bytes, DocumentError.Kind.encrypted),
    (Array(PDFWriter.pages(["Hello"]).bytes.prefix(300)), .unreadable),
    (
      Array("%PDF-1.7\n".utf8) + (0..<20_000).map { UInt8(truncatingIfNeeded: $0 * 7) }, .unreadable
    ),
    (Array("%PDF-".utf8), .unreadable), (PDFWriter().bytes, .unreadable),
    (PDFWriter.pages([]).bytes, .unreadable),
    (PDFWriter.pages([""]).bytes, .noText), (PDFWriter.pages(["", ""]).bytes, .noText),
    ([], .noText), (Array(" \n".utf8), .noText), ([0x50, 0x4B, 0x03, 0x04], .unreadable),
  ])
  func `a document without text to be had says why`(bytes: [UInt8], kind: DocumentError.Kind)
    async throws
  {
    let error = await failure(bytes)
    #expect(error?.kind == kind)
    #expect(error?.message.contains("Hello") == false)
  }

  @Test(arguments: [
    (PDFWriter.drawingItself, DocumentError.Kind.noText),
    (
      PDFWriter(objects: [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[2 0 R]>>",
      ]), .unreadable
    ),
    (
      PDFWriter(objects: [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
        PDFWriter.stream(String(repeating: "[", count: 100_000)),
      ]), .noText
    ),
  ])
  func `a PDF that leads to itself, or deep down, comes to an end`(
    pdf: PDFWriter, kind: DocumentError.Kind
  ) async throws {
    #expect(await failure(pdf.bytes)?.kind == kind)
  }

  @Test func `a PDF that is drawn without end is given up`() async throws {
    var limits = DocumentLimits()
    limits.time = .milliseconds(300)
    #expect(await failure(PDFWriter.drawing(depth: 30).bytes, limits)?.kind == .tooLarge)
  }

  @Test func `a PDF with too much text is refused`() async throws {
    var limits = DocumentLimits()
    limits.textBytes = 100_000
    let page = Array(repeating: "a line of some thirty letters", count: 50).joined(separator: "\n")
    let pdf = PDFWriter.pages(Array(repeating: page, count: 100)).bytes
    #expect(await failure(pdf, limits)?.kind == .tooLarge)
    limits.textBytes = 200_000
    #expect(try await read(pdf, limits).count == 100)
  }

  @Test func `a text file with too much text is refused`() async throws {
    var limits = DocumentLimits()
    limits.textBytes = 4
    #expect(try await read(Array("four".utf8), limits).count == 1)
    #expect(await failure(Array("fours".utf8), limits)?.kind == .tooLarge)
  }

  @Test func `a PDF that takes more memory than is allowed is an error`() async throws {
    var limits = DocumentLimits()
    limits.memoryBytes = 4 * 1_024 * 1_024
    await #expect(throws: DocumentError.self) {
      try await read(PDFWriter.pages(["x"]).bytes, limits)
    }
  }

  @Test func `many are read at once`() async throws {
    try await withLoop { loop in
      let reader = DocumentReader(loop: loop)
      try await withThrowingTaskGroup(of: (Int, [DocumentPage]).self) { group in
        for number in 0..<8 {
          group.addTask {
            (number, try await reader.read(PDFWriter.pages(["number \(number)"]).bytes).pages)
          }
        }
        for try await (number, pages) in group {
          #expect(pages == [DocumentPage(number: 1, text: "number \(number)")])
        }
      }
    }
  }
}
