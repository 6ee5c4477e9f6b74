import AWSClient
import JSON

extension AthenaClient {
  /// ListSessions, asked for one session: the least that shows whether Athena takes the gateway's calls.
  public func listSessions(workGroup: String) async throws(AthenaError) {
    var writer = JSONWriter(reserving: 96)
    writer.beginObject()
    writer.member("WorkGroup", workGroup)
    writer.member("MaxResults", 1)
    writer.endObject()
    try await call("ListSessions", writer.bytes) { reader in
      // Required of no answer; where it is there it is an array.
      _ = reader.array("Sessions")
      return ()
    }
  }
}
