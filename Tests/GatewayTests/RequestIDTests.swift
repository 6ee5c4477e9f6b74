import HTTPMessage
import Testing

@testable import Gateway

struct RequestIDTests {
  private func id(_ values: String...) -> RequestID {
    RequestID(FieldSection(values.map { (name: "X-Request-ID", value: $0) }))
  }

  @Test(arguments: ["a", "A-z_0.9:=+/@", String(repeating: "x", count: 128)])
  func `A caller's own name is kept`(name: String) {
    #expect(id(name).text == name)
    #expect(id(name).urn == nil)
  }

  @Test(arguments: [
    "", String(repeating: "x", count: 129), "a b", "a,b", "a\tb", "é", "<script>", "a\"b", "a;b",
    "a\\b",
  ])
  func `An unsafe one is replaced by a UUID`(name: String) {
    let id = id(name)
    #expect(id.text != name)
    #expect(id.text.count == 36)
    #expect(id.urn == "urn:uuid:\(id.text)")
  }

  @Test func `Two names are none`() {
    #expect(id("a", "b").urn != nil)
  }

  @Test func `Without one it is new each time`() {
    #expect(RequestID().text != RequestID().text)
    #expect(id().text.count == 36)
  }

  @Test func `A UUID is an instance too, in lower case`() {
    let own = "0F4B8A52-6F0E-4A35-9D2A-6C1C5A8E7B90"
    #expect(id(own).text == own)
    #expect(id(own).urn == "urn:uuid:0f4b8a52-6f0e-4a35-9d2a-6c1c5a8e7b90")
    #expect(id("0f4b8a526f0e-4a35-9d2a-6c1c-5a8e7b90").urn == nil)
    #expect(id("gf4b8a52-6f0e-4a35-9d2a-6c1c5a8e7b90").urn == nil)
  }
}
