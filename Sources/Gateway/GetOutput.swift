import Athena
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// `GET …/stdout` and `…/stderr`: S3's GetObject, streamed.
  func getOutput(
    _ output: Route.Output, _ sessionID: String, _ calculationID: String, _ request: Request
  ) async throws -> Response {
    _ = try Query(request.query)
    let uri = try uri(of: output, await calculation(calculationID, of: sessionID))
    let asked = RangeRequest(request)
    let object = try await open(uri, asked)
    guard let object, !asked.isNotModified(object.entityTag) else {
      let tag = object?.entityTag ?? asked.ifNoneMatch
      return Response(status: .notModified, fields: Self.fields(entityTag: tag))
    }
    return Self.response(object)
  }

  /// What there is of what was asked for. An output that the caller has is opened without its content where its
  /// range is refused, and one whose range is to be ignored whole.
  private func open(_ uri: String, _ asked: RangeRequest) async throws(Problem) -> StoredObject? {
    do throws(AthenaError) {
      do throws(AthenaError) {
        return try await athena.openObject(
          uri, headOnly: asked.isHead, range: asked.range, ifMatch: asked.ifRange,
          ifNoneMatch: asked.ifNoneMatch)
      } catch {
        if asked.evaluatesIfNoneMatch(after: error) {
          let head = try await athena.openObject(uri, headOnly: true)
          if asked.isNotModified(head?.entityTag) { return head }
        }
        guard asked.ignoresRange(after: error) else { throw error }
      }
      return try await athena.openObject(uri, ifNoneMatch: asked.ifNoneMatch)
    } catch {
      throw Problem(error)
    }
  }

  private static func response(_ object: StoredObject) -> Response {
    var fields = fields(entityTag: object.entityTag)
    fields[.contentType] = "text/plain; charset=utf-8"
    fields[.acceptRanges] = "bytes"
    fields[.contentRange] = object.contentRange.map { "\($0)" }
    return Response(
      status: object.contentRange == nil ? .ok : .partialContent, fields: fields,
      content: .stream(length: object.length) { writer in
        while let bytes = try await object.read() { try await writer.write(bytes) }
      })
  }

  /// Those of a 304 too (RFC 9110 §15.4.5).
  private static func fields(entityTag: String?) -> HTTPFields {
    var fields: HTTPFields = [.cacheControl: Response.immutable]
    fields[.eTag] = entityTag
    return fields
  }

  /// Where in S3 a calculation's output is.
  func uri(
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
