import HTTPMessage
import HTTPTypes

/// What a browser asks before it sends a page's request to another origin (Fetch §4.9): it comes without the
/// page's `Authorization`, and so is answered before anybody is asked who he is.
struct Preflight {
  /// The answer; nil where the request asks no such thing, or not for a page of a listed origin.
  static func answer(
    to request: Request, from origin: Origin?, under basePath: BasePath
  ) -> Response? {
    guard request.method == .options, origin != nil,
      request.fields.contains(.accessControlRequestMethod)
    else { return nil }
    var fields: HTTPFields = [
      .accessControlAllowHeaders: requestFields,
      .accessControlMaxAge: "7200",  // Chromium takes no more
    ]
    // An unknown path is the request's to be told of: what a preflight is refused with no page can read.
    if let route = try? Route(path: request.path, under: basePath) {
      fields[.accessControlAllowMethods] = route.methods.map(\.rawValue).joined(separator: ", ")
    }
    return Response(status: .noContent, fields: fields)
  }

  /// What the gateway's resources read.
  private static let requestFields = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "If-Range",
    "Last-Event-ID", "Prefer", "Range", "Traceparent", "Tracestate", "X-Request-Id",
  ].joined(separator: ", ")
}
