/// Writes small PDFs, whole or broken.
struct PDFWriter {
  /// The bodies of objects 1, 2, …; the first is the catalogue.
  var objects: [String] = []
  /// Members of the trailer, beside its size and root.
  var trailer = ""

  var bytes: [UInt8] {
    var file = Array("%PDF-1.7\n".utf8)
    var offsets: [Int] = []
    for (place, object) in objects.enumerated() {
      offsets.append(file.count)
      file += Array("\(place + 1) 0 obj\n\(object)\nendobj\n".utf8)
    }
    let table = file.count
    file += Array("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8)
    for offset in offsets {
      let digits = String(offset)
      let padded = String(repeating: "0", count: 10 - digits.count) + digits
      file += Array("\(padded) 00000 n \n".utf8)
    }
    let size = "/Size \(objects.count + 1)/Root 1 0 R\(trailer)"
    return file + Array("trailer\n<<\(size)>>\nstartxref\n\(table)\n%%EOF\n".utf8)
  }

  static func stream(_ content: String, _ members: String = "") -> String {
    "<<\(members)/Length \(content.utf8.count)>>\nstream\n\(content)\nendstream"
  }

  /// A page a text, in Helvetica; `resources` are those of every page, beside the font.
  static func pages(_ texts: [String], resources: String = "") -> PDFWriter {
    pages(
      contents: texts.map(content), font: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      resources)
  }

  private static func pages(
    contents: [String], font: String, _ resources: String = ""
  ) -> PDFWriter {
    var writer = PDFWriter()
    let kids = contents.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
    writer.objects = [
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count \(contents.count)/Kids[\(kids)]>>",
      font,
    ]
    for (place, content) in contents.enumerated() {
      writer.objects.append(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents \(5 + 2 * place) 0 R"
          + "/Resources<</Font<</F 3 0 R>>\(resources)>>>>")
      writer.objects.append(stream(content))
    }
    return writer
  }

  private static func content(_ text: String) -> String {
    let lines = text.split(separator: "\n").map { "(\($0)) Tj T*" }
    return "BT /F 12 Tf 14 TL 72 720 Td \(lines.joined(separator: " ")) ET"
  }

  /// One page in a font of two-byte codes of its own, which only a map leads back to characters, as
  /// programs write Devanagari.
  static func mapped(_ text: String) -> PDFWriter {
    let characters = Array(Set(text.unicodeScalars)).sorted()
    func code(_ scalar: Unicode.Scalar) -> String { hex(characters.firstIndex(of: scalar)! + 1) }
    let codes = text.unicodeScalars.map(code).joined()
    var writer = pages(
      contents: ["BT /F 12 Tf 72 720 Td <\(codes)> Tj ET"],
      font: "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H"
        + "/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>")
    writer.objects.append(
      "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 600"
        + "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>")
    let map = characters.map { "<\(code($0))> <\(hex(Int($0.value)))>\n" }.joined()
    writer.objects.append(
      stream(
        """
        begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange
        \(characters.count) beginbfchar
        \(map)endbfchar endcmap
        """))
    return writer
  }

  private static func hex(_ value: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// A page that draws forms which draw each other: ten of the next each, `depth` times.
  static func drawing(depth: Int) -> PDFWriter {
    var writer = pages(["x"], resources: "/XObject<</X 6 0 R>>")
    writer.objects[4] = stream("/X Do")
    for level in 1...depth {
      let next = level == depth ? "" : "/XObject<</X \(6 + level) 0 R>>"
      writer.objects.append(form(String(repeating: "/X Do ", count: 10), next))
    }
    return writer
  }

  /// A page that draws a form which draws itself.
  static var drawingItself: PDFWriter {
    var writer = pages(["x"], resources: "/XObject<</X 6 0 R>>")
    writer.objects[4] = stream("/X Do")
    writer.objects.append(form("/X Do /X Do", "/XObject<</X 6 0 R>>"))
    return writer
  }

  private static func form(_ content: String, _ resources: String) -> String {
    stream(content, "/Type/XObject/Subtype/Form/BBox[0 0 999 999]/Resources<<\(resources)>>")
  }

  /// Says that it is encrypted, with a password that nobody knows.
  static var encrypted: PDFWriter {
    var writer = pages(["Hello"])
    let key = String(repeating: "00", count: 32)
    writer.trailer =
      "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<\(key)>/U<\(key)>>>"
    return writer
  }
}
