import JSON
import Testing

@Suite struct JSONNumberTests {
  private func number(_ text: String) throws -> JSONNumber {
    try #require(try JSONValue(text).asNumber)
  }

  @Test(arguments: [
    ("0", 0),
    ("-0", 0),
    ("-0.0e5", 0),
    ("1.0", 1),
    ("1e2", 100),
    ("1E+2", 100),
    ("100e-2", 1),
    ("-12.50e1", -125),
    ("0.00001e5", 1),
    ("9007199254740993.0", 9_007_199_254_740_993),
    ("9223372036854775807", Int.max),
    ("-9223372036854775808", Int.min),
    ("-922337203685477580.8e1", Int.min),
    ("0e99999999999999999999", 0),
    ("0e9223372036854775807", 0),
  ])
  func `an exact integer is one however it is spelled`(text: String, value: Int) throws {
    #expect(try number(text).int == value)
  }

  @Test(arguments: [
    "0.5", "1.5e0", "1e-1", "9223372036854775808", "-9223372036854775809", "9223372036854775807.5",
    "922337203685477580.8e1", "1e19", "1e400", "1e9223372036854775807", "1e-9223372036854775808",
    "0.1e-9223372036854775808", "10e9223372036854775807", "1e99999999999999999999",
    "-1e-99999999999999999999",
  ])
  func `what is not exactly an Int is not an integer`(text: String) throws {
    #expect(try number(text).int == nil)
  }

  @Test(arguments: [
    ("0.1", 0.1),
    ("-1.5e3", -1500),
    ("1E400", nil),
    ("-1e400", nil),
    ("1e-400", 0),
    ("5e-324", .leastNonzeroMagnitude),
    ("1.7976931348623157e308", Double.greatestFiniteMagnitude),
    ("9007199254740993", 9_007_199_254_740_992),
  ])
  func `a double is the nearest one, if it is finite`(text: String, value: Double?) throws {
    #expect(try number(text).double == value)
  }

  @Test func `a zero keeps its sign as a double`() throws {
    #expect(try number("-0").double?.sign == .minus)
  }

  @Test func `a number keeps its spelling`() throws {
    #expect(try number("-1.50E+01").text == "-1.50E+01")
    #expect(try JSONValue("1.0") != JSONValue("1"))
  }

  @Test func `a number of a million digits is read`() throws {
    let digits = String(repeating: "9", count: 1_000_000)
    #expect(try number(digits).int == nil)
    #expect(try number(digits).double == nil)
    #expect(try number("1." + digits).double == 2)
    #expect(try number("0." + digits + "e1000000").int == nil)
  }
}
