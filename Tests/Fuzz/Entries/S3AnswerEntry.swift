internal import AWS

extension FuzzEntry {
  static let s3Answer = FuzzEntry(
    name: "s3-answer",
    summary: "an answer of S3's: a text that is found is plain, there once, and found again alone",
    run: { (bytes) throws(Violation) in
      guard let code = S3XML.text(of: "Code", in: "Error", bytes) else { return }
      try require(
        (1...1_024).contains(code.utf8.count)
          && code.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x26 },
        "a text is not plain")
      let alone = Array("<Error><Code>\(code)</Code></Error>".utf8)
      try requireEqual(S3XML.text(of: "Code", in: "Error", alone), code, "read otherwise alone")
      try requireEqual(
        S3XML.text(of: "UploadId", in: "Result", bytes), nil, "a document has two roots")
      for tail in [alone, [0x78]] {
        let longer = S3XML.text(of: "Code", in: "Error", bytes + tail)
        try requireEqual(longer, nil, "something behind the end is not seen")
      }
    })
}
