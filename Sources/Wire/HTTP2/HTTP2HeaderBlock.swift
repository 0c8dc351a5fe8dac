internal import Buffers
internal import Glibc
package import HTTP

/// One received field; its pointers are valid only while the event is delivered.
@unsafe
package struct HTTP2Field {
  package let name: HTTP2FieldName
  /// The name's bytes, lower case, also for a recognised one.
  package let nameBytes: UnsafeRawBufferPointer
  /// The value's bytes without spaces and tabs at either end.
  package let value: UnsafeRawBufferPointer

  /// The name as text.
  fileprivate var nameText: String {
    unsafe name == .other ? unsafe String(decoding: nameBytes, as: UTF8.self) : name.string
  }
}

extension HTTPHeaders {
  /// Whether the field at `index` is `field`.
  @inline(__always)
  fileprivate func field(at index: Int, is field: HTTP2Field) -> Bool {
    guard index < count else { return false }
    return unsafe fields[index].value.isUTF8(field.value)
      && fields[index].name.isUTF8(field.nameBytes)
  }
}

/// Where a field lies in the inbox's byte store; a recognised name's bytes are not stored.
struct FieldRecord {
  let name: HTTP2FieldName
  let nameLength: Int32
  let offset: Int32
  let valueLength: Int32
}

/// The fields of one HEADERS (with its CONTINUATIONs), in order; valid only during delivery.
@unsafe
package struct HTTP2HeaderBlock: @unsafe RandomAccessCollection {
  let records: UnsafeBufferPointer<FieldRecord>
  let bytes: UnsafeRawBufferPointer

  package var startIndex: Int { 0 }

  package var endIndex: Int { unsafe records.count }

  /// As the collection's own, which counts its way from start to end.
  package var count: Int { unsafe records.count }

  package subscript(position: Int) -> HTTP2Field {
    let record = unsafe records[position]
    let name = record.name.text
    return unsafe HTTP2Field(
      name: record.name,
      nameBytes: record.name == .other
        ? slice(Int(record.offset), Int(record.nameLength))
        : UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      value: value(of: record))
  }

  private func value(of record: FieldRecord) -> UnsafeRawBufferPointer {
    let start = Int(record.offset) + (record.name == .other ? Int(record.nameLength) : 0)
    return unsafe slice(start, Int(record.valueLength))
  }

  /// Records lie within the bytes: both were written together.
  private func slice(_ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: bytes.baseAddress.map { unsafe $0 + start }, count: count)
  }

  /// The first value of a recognised name.
  package subscript(name: HTTP2FieldName) -> UnsafeRawBufferPointer? {
    for index in unsafe 0..<records.count where unsafe records[index].name == name {
      return unsafe value(of: records[index])
    }
    return nil
  }

  /// Whether the first value of a recognised name is `literal`.
  package func isEqual(_ name: HTTP2FieldName, _ literal: StaticString) -> Bool {
    guard let value = unsafe self[name], value.count == literal.utf8CodeUnitCount else {
      return false
    }
    guard let start = value.baseAddress else { return true }
    return unsafe memcmp(start, literal.utf8Start, value.count) == 0
  }

  /// The first value of a recognised name as text; bytes that are not UTF-8 are replaced.
  package func text(_ name: HTTP2FieldName) -> String? {
    unsafe self[name].map { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The fields without the pseudo ones, as owned text. `last` are those of the block before: what
  /// came again is shared with them, not made again.
  package func headers(after last: HTTPHeaders = HTTPHeaders()) -> HTTPHeaders {
    var same = 0
    for index in unsafe 0..<count {
      let field = unsafe self[index]
      if unsafe field.name.isPseudo { continue }
      guard unsafe last.field(at: same, is: field) else {
        return unsafe headers(from: index, after: last, same)
      }
      same += 1
    }
    return same == last.count ? last : last.prefix(same)
  }

  /// The same, where the field at `start` is the first that differs; `same` are as in `last`.
  private func headers(from start: Int, after last: HTTPHeaders, _ same: Int) -> HTTPHeaders {
    var headers = HTTPHeaders()
    unsafe headers.reserveCapacity(same + count - start)
    for field in last.fields.prefix(same) { headers.add(lowercase: field.name, field.value) }
    for index in unsafe start..<count {
      let field = unsafe self[index]
      if unsafe field.name.isPseudo { continue }
      if unsafe last.field(at: headers.count, is: field) {
        let known = last.fields[headers.count]
        headers.add(lowercase: known.name, known.value)
      } else {
        unsafe headers.add(lowercase: field.nameText, String(decoding: field.value, as: UTF8.self))
      }
    }
    return headers
  }

  /// The request these fields open; nghttp2 has checked that the needed ones are there. `last` is the
  /// request before: what came again is shared with it.
  package func requestHead(
    after last: HTTPRequestHead = HTTPRequestHead(method: "", target: "")
  ) -> HTTPRequestHead {
    unsafe HTTPRequestHead(
      method: text(.method, last.method) ?? "", target: text(.path, last.target) ?? "",
      scheme: text(.scheme, last.scheme) ?? "",
      authority: text(.authority, last.authority) ?? text(.host, last.authority) ?? "",
      headers: headers(after: last.headers))
  }

  private func text(_ name: HTTP2FieldName, _ last: String) -> String? {
    unsafe self[name].map { unsafe last.isUTF8($0) ? last : String(decoding: $0, as: UTF8.self) }
  }

  /// The response these fields open.
  package func responseHead() -> HTTPResponseHead {
    let status = unsafe text(.status).flatMap { Int($0) } ?? 0
    return unsafe HTTPResponseHead(status: HTTPStatus(rawValue: status), headers: headers())
  }
}
