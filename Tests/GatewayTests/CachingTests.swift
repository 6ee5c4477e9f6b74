import HTTPMessage
import HTTPTypes
import Testing

@testable import Gateway

struct CachingTests {
  /// The first half of SHA-256 of "abc".
  private static let tag = "\"ba7816bf8f01cfea414140de5dae2223\""

  private func answer(_ known: String?, isFinal: Bool = false) -> Response {
    let response = Response(
      status: .ok, fields: [.contentType: "text/plain"], content: .bytes(bytes("abc")))
    let fields = FieldSection(known.map { [("If-None-Match", $0)] } ?? [])
    return response.conditional(on: fields, isFinal: isFinal)
  }

  @Test func `The tag is strong and the content's own`() {
    #expect(answer(nil).fields[.eTag] == Self.tag)
    #expect(answer(nil).status == .ok)
    #expect(answer(nil).text == "abc")
  }

  @Test func `Only what never changes may be kept`() {
    #expect(answer(nil).fields[.cacheControl] == nil)
    #expect(answer(nil, isFinal: true).fields[.cacheControl] == "private, max-age=3600, immutable")
  }

  @Test(arguments: [
    tag, "W/\(tag)", "\"x\", \(tag)", "\"a, b\" ,\t\(tag),", "*", " * ", "\(tag), \"x\"",
  ])
  func `What the caller has is not sent again`(known: String) {
    let response = answer(known, isFinal: true)
    #expect(response.status == .notModified)
    #expect(response.text == "")
    #expect(response.fields[.eTag] == Self.tag)
    #expect(response.fields[.cacheControl] == "private, max-age=3600, immutable")
    #expect(response.fields[.contentType] == nil)
  }

  @Test(arguments: [
    "", "\"x\"", "ba7816bf8f01cfea414140de5dae2223", "\"*\"", "\"ba7816bf", "\"ba7816bf\"",
    "\"x\", *",
    "\"ba7816bf8f01cfea414140de5dae2223 \"",
  ])
  func `Anything else is`(known: String) {
    #expect(answer(known).status == .ok)
  }

  @Test func `A stream has no tag`() {
    let stream = Response(status: .ok, content: .stream(length: 0) { _ in })
    #expect(stream.conditional(on: FieldSection(), isFinal: true).fields[.eTag] == nil)
  }
}
