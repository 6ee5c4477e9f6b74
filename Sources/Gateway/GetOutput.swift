import Athena
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// `GET …/stdout` and `…/stderr`: S3's GetObject, streamed.
  func getOutput(
    _ output: Route.Output, _ sessionID: String, _ calculationID: String, _ request: Request
  ) async throws -> Response {
    _ = try Query(request.query)
    let calculation = try await calculation(calculationID, of: sessionID)
    let uri = try Self.uri(of: output, calculation)
    let object: CalculationOutput
    do throws(AthenaError) {
      object = try await athena.openOutput(uri, headOnly: request.method == .head)
    } catch {
      throw Problem(error)
    }
    return Response(
      status: .ok,
      fields: [
        .contentType: "text/plain; charset=utf-8",
        .cacheControl: Response.immutable,
      ],
      content: .stream(length: object.length) { writer in
        while let bytes = try await object.read() { try await writer.write(bytes) }
      })
  }

  private static func uri(
    of output: Route.Output, _ calculation: CalculationExecution
  ) throws(Problem) -> String {
    guard calculation.isTerminal else {
      let state = calculation.status.state?.rawValue ?? "of unknown state"
      throw Problem(
        .notFinished, "the calculation is \(state); its output is there when it has ended")
    }
    let uri =
      switch output {
      case .stdout: calculation.result.stdOutS3Uri
      case .stderr: calculation.result.stdErrorS3Uri
      }
    guard let uri else {
      throw Problem(.noOutput, "the calculation has ended and left no \(output.rawValue)")
    }
    return uri
  }
}
