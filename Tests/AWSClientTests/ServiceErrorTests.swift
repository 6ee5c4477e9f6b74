import HTTPMessage
import JSON
import Testing

@testable import AWSClient

struct ServiceErrorTests {
  private func error(
    _ body: String, status: Int = 400, _ fields: [(name: String, value: String)] = []
  ) -> ServiceError {
    ServiceError(json: Array(body.utf8), status: status, fields: FieldSection(fields))
  }

  /// The four forms of Smithy's, and what hostile or broken answers make of them.
  @Test(
    arguments: [
      ("FooError", "FooError"),
      ("FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/", "FooError"),
      ("aws.protocoltests#FooError", "FooError"),
      ("aws.protocoltests#FooError:http://internal.amazon.com/a#b", "FooError"),
      ("a#b#FooError", "FooError"),
      ("", nil), ("#", nil), (":FooError", nil), ("Foo Error", nil), ("<script>", nil), ("é", nil),
      ("Foo\nError", nil), (String(repeating: "x", count: 129), nil),
      (String(repeating: "x", count: 128), String(repeating: "x", count: 128)),
    ] as [(String, String?)])
  func `A type is sanitised`(type: String, name: String?) {
    #expect(ServiceError.sanitised(type) == name)
  }

  @Test(
    arguments: [
      (#"{"__type":"A","code":"B"}"#, "H:x", "H"), (#"{"__type":"n#A","code":"B"}"#, nil, "A"),
      (#"{"code":"B"}"#, nil, "B"), (#"{"__type":7,"code":"B"}"#, nil, "B"),
      (#"{"__type":"","code":"B"}"#, "<html>", "B"), ("{}", nil, "400"), ("", nil, "400"),
      ("", "H", "H"), ("[]", nil, "400"), ("no", nil, "400"),
    ] as [(String, String?, String)])
  func `The type is in one of three places`(body: String, header: String?, code: String) {
    let fields = header.map { [(name: "x-amzn-errortype", value: $0)] } ?? []
    #expect(error(body, fields).code == code)
  }

  @Test(
    arguments: [
      (#"{"message":"a","Message":"b"}"#, "a"), (#"{"Message":"b"}"#, "b"),
      (#"{"message":null,"Message":"b"}"#, "b"), (#"{"__type":"A"}"#, nil), ("{}", nil),
      ("[]", nil),
      ("", nil), ("\n  <html>502</html>", nil), ("<?xml version='1.0'?>", nil),
      ("upstream connect error", "upstream connect error"),
    ] as [(String, String?)])
  func `The message is in one of two places, or the text itself`(body: String, message: String?) {
    #expect(error(body).message == message)
  }

  @Test func `A message is cut`() {
    let long = String(repeating: "x", count: 5000)
    for error in [
      error(#"{"message":"\#(long)"}"#), error(long),
      s3Error("<Error><Message>\(long)</Message></Error>"),
    ] {
      #expect(error.withholding([]).message?.count == 4096)
    }
  }

  @Test func `A message is cut within a character that has marks without end`() {
    let marks = "e" + String(repeating: "\u{301}", count: 100_000)
    #expect(error(#"{"message":"\#(marks)"}"#).withholding([]).message?.utf8.count ?? 0 < 4 * 4096)
  }

  @Test func `A secret is looked for before a message is cut`() {
    let (secret, before) = (String(repeating: "s", count: 40), String(repeating: "x", count: 4080))
    for error in [
      error(#"{"message":"\#(before + secret)"}"#), error(before + secret),
      s3Error("<Error><Message>\(before + secret)</Message></Error>"),
    ] {
      #expect(error.withholding([secret]).message == nil)
    }
  }

  @Test func `An empty or HTML answer is named by its status`() {
    #expect(error("", status: 503).code == "503")
    #expect(error("<html>", status: 500).code == "500")
    #expect(error("<html>", status: 500).status == 500)
  }

  @Test(
    arguments: [
      ("x-amzn-RequestId", "a-1", "a-1"), ("x-amz-request-id", "A1", "A1"),
      ("x-amzn-RequestId", "a b", nil),
      ("x-amzn-RequestId", String(repeating: "a", count: 129), nil),
    ] as [(String, String, String?)])
  func `The request id is kept where it is safe to show`(name: String, value: String, id: String?) {
    #expect(error("{}", [(name, value)]).requestID == id)
  }

  @Test func `A service's own members are kept`() {
    let error = error(#"{"__type":"InvalidRequestException","AthenaErrorCode":"X"}"#)
    #expect(error.members["AthenaErrorCode"]?.asString == "X")
  }

  private func s3Error(_ body: String, status: Int = 404) -> ServiceError {
    ServiceError(xml: Array(body.utf8), status: status, fields: FieldSection())
  }

  @Test func `S3's errors are XML`() {
    let error = s3Error(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>NoSuchKey</Code>
      <Message>a &lt;b&gt; &amp;lt; &quot;c&quot; &apos;d&apos;</Message><Key>k</Key><RequestId>R</RequestId></Error>
      """)
    #expect(error.code == "NoSuchKey")
    #expect(error.message == "a <b> &lt; \"c\" 'd'")
    #expect(error.status == 404)
  }

  @Test(arguments: [
    "", "<html>", "<Error><Code>NoSuchKey", "<Error><Code></Code></Error>",
    "<Error><Code><b>x</b></Code></Error>",
  ])
  func `Without a code the status names them`(body: String) {
    #expect(s3Error(body, status: 403).code == "403")
  }

  @Test func `A query service has them one element deeper`() {
    let error = s3Error(
      """
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>
        <RequestId>r</RequestId>
      </ErrorResponse>
      """)
    #expect(error.code == "AccessDenied")
    #expect(error.message == "no")
  }
}
