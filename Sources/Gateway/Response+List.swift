import Athena
import HTTPMessage
import HTTPTypes
import JSON

extension Response {
  /// A part of a list, and where the next one is (RFC 8288).
  ///
  /// - Parameters:
  ///   - name: The member that has the items.
  ///   - path: The list's own.
  static func list(
    _ name: String, _ page: Page<JSONObject>, of members: [Shape.Member], path: String,
    _ query: ListQuery
  ) -> Response {
    var fields: HTTPFields = [:]
    if let token = page.nextToken { fields[.link] = "<\(path)?\(query.next(token))>; rel=\"next\"" }
    return .json(fields: fields) { writer in
      writer.name(name)
      writer.beginArray()
      for item in page.items {
        writer.beginObject()
        writer.members(of: item, members)
        writer.endObject()
      }
      writer.endArray()
      writer.member("nextPageToken", page.nextToken)
    }
  }
}

extension HTTPField.Name {
  static let link = Self("Link")!
}
