import HTTPMessage
import HTTPTypes

/// The origins whose pages may use the gateway besides its own: the CORS protocol of the Fetch standard
/// (§3.3).
///
/// `Access-Control-Allow-Credentials` is never said: a key or token is a field that the page adds itself. What a
/// browser adds unasked, a cookie or a client certificate, lets no page of another origin read or submit anything.
public struct AllowedOrigins: Sendable {
  private let origins: Set<Origin>

  public init(_ origins: some Sequence<Origin> = []) {
    self.origins = Set(origins)
  }

  func contains(_ origin: Origin) -> Bool { origins.contains(origin) }

  /// The listed origin that a request comes from; nil where it comes from none of them.
  func origin(of request: Request) -> Origin? {
    guard !origins.isEmpty, let origin = request.fields[.origin].flatMap(Origin.init),
      contains(origin)
    else { return nil }
    return origin
  }

  /// Lets the pages of an origin read an answer, and keeps what is stored of it from those of another: a
  /// store has to know even of an answer to nobody's page that there are others.
  func share(_ response: inout Response, with origin: Origin?) {
    guard !origins.isEmpty else { return }
    response.fields[.vary] = response.fields[.vary].map { "\($0), Origin" } ?? "Origin"
    guard let origin else { return }
    response.fields[.accessControlAllowOrigin] = origin.description
    response.fields[.accessControlExposeHeaders] = Self.exposed
  }

  /// What a page may read beyond Fetch's own, such as Cache-Control and Content-Type: all that answers have.
  private static let exposed = [
    "Accept-Post", "Accept-Ranges", "Allow", "Client-Request-Token", "Content-Range", "ETag",
    "Link", "Location", "Preference-Applied", "RateLimit", "RateLimit-Policy", "Retry-After",
    "WWW-Authenticate", "X-Request-Id",
  ].joined(separator: ", ")
}
