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
    let wish = OutputWish(request)
    let object = try await open(uri, wish)
    guard let object, !wish.isKnown(object.entityTag) else {
      let tag = object?.entityTag ?? wish.knownTag
      return Response(status: .notModified, fields: Self.fields(entityTag: tag))
    }
    return Self.response(object)
  }

  /// What there is of the wish: an output that has changed, and one of which nothing is the end, is sent
  /// whole (RFC 9110 §13.1.5, §14.1.2).
  private func open(_ uri: String, _ wish: OutputWish) async throws(Problem) -> StoredObject? {
    do throws(AthenaError) {
      return try await athena.openObject(
        uri, headOnly: wish.isHead, range: wish.range, ifMatch: wish.rangeTag,
        ifNoneMatch: wish.knownTag)
    } catch {
      guard wish.isWholeInstead(error) else { throw Problem(error) }
    }
    do throws(AthenaError) {
      return try await athena.openObject(uri, ifNoneMatch: wish.knownTag)
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
