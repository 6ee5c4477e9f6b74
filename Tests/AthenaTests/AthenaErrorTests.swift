import AWSClient
import Testing

@testable import Athena

struct AthenaErrorTests {
  private func exception(_ answer: String, status: Int = 400) async throws -> AthenaException? {
    let error = await #expect(throws: AthenaError.self) {
      try await withAthena(answering: answer, status: status) { client in
        try await client.getCalculationExecution("c")
      }
    }
    guard case .exception(let exception) = error else { return nil }
    return exception
  }

  @Test func `An exception carries the members of Athena's model`() async throws {
    let exception = try await exception(
      """
      {"__type":"ns#InvalidRequestException","Message":"m","AthenaErrorCode":"A","ResourceName":"R"}
      """)
    #expect(
      exception
        == AthenaException(
          source: .athena, code: "InvalidRequestException", message: "m", status: 400,
          athenaErrorCode: "A", resourceName: "R", requestID: "3L137"))
  }

  @Test func `An empty answer of a failed front door is named by its status`() async throws {
    #expect(try await exception("", status: 503)?.code == "503")
  }

  @Test func `The other failures keep their names`() {
    let pairs: [(AWSError, AthenaError)] = [
      (.unreachable("u"), .unreachable("u")), (.timeout, .timeout),
      (.badAnswer("b"), .badAnswer("b")), (.overloaded, .overloaded),
      (.noCredentials(source: "n"), .noCredentials(source: "n")),
    ]
    for (error, expected) in pairs { #expect(AthenaError(error, from: .athena) == expected) }
  }
}
