import HTTPMessage
import Testing

@testable import Gateway

struct WaitPreferenceTests {
  @Test(arguments: [
    (["wait=10"], 10),
    (["wait=0"], 0),
    (["wait=300"], 300),
    (["wait=301"], 300),
    (["wait=99999999999999999999999"], 300),
    (["wait=007"], 7),
    (["respond-async, wait=10"], 10),
    (["return=minimal", "wait=10"], 10),
    (["WAIT=10"], 10),
    (["wait = 10 ; foo=bar"], 10),
    ([#"foo="a, wait=3", wait=10"#], 10),
    ([#"foo="a\", wait=3", wait=10"#], 10),
    ([",, wait=10 ,"], 10),
    (["waiting=5, wait=10"], 10),
    // The first one holds, whatever it is worth.
    (["wait=10, wait=20"], 10),
    (["wait=10", "wait=20"], 10),
    (["wait=a, wait=20"], nil),
    (["wait"], nil),
    (["wait="], nil),
    (["wait=-1"], nil),
    (["wait=+1"], nil),
    (["wait=1.5"], nil),
    (["wait=10 s"], nil),
    (["wait=\u{661}"], nil),
    ([#"foo="a, wait=10"#], nil),
    ([""], nil),
    ([], nil),
  ])
  func `a wait is read as RFC 7240 has it, and cut to five minutes`(
    values: [String], seconds: Int?
  ) {
    let fields = FieldSection(values.map { ("Prefer", $0) })
    #expect(WaitPreference(fields)?.seconds == seconds)
  }

  @Test func `what is applied is what is granted`() {
    let preference = WaitPreference(FieldSection([("prefer", "wait=1000")]))
    #expect(preference?.applied == "wait=300")
  }
}
