import HTTPMessage
import HTTPTypes
import JSON

/// `/_local/faults`: PUT adds a fault, GET lists what is pending, DELETE forgets it. Unsigned, for it can
/// only be reached from this machine.
enum FaultsEndpoint {
  static func answer(_ request: Request, _ body: [UInt8], _ faults: Faults) -> Response {
    guard request.path == "/_local/faults" else {
      return .text("There is /_local/faults, and nothing else below /_local.", status: .notFound)
    }
    switch request.method {
    case .put: return add(body, to: faults)
    case .get, .head: return list(faults)
    case .delete:
      faults.clear()
      return Response(status: .noContent)
    default:
      var response = Response.text("PUT, GET or DELETE.", status: .methodNotAllowed)
      response.fields[.allow] = "PUT, GET, HEAD, DELETE"
      return response
    }
  }

  private static func add(_ body: [UInt8], to faults: Faults) -> Response {
    do throws(FaultReader.Problem) {
      let entry = try FaultReader.read(body)
      guard faults.add(entry) else {
        throw FaultReader.Problem("\(Faults.capacity) faults are pending already: DELETE them")
      }
      return Response(status: .noContent)
    } catch {
      return .text(error.text, status: .badRequest)
    }
  }

  private static func list(_ faults: Faults) -> Response {
    var writer = JSONWriter()
    writer.beginArray()
    for entry in faults.pending {
      writer.beginObject()
      writer.member("operation", entry.operation)
      writer.member("count", entry.count)
      writer.name("fault")
      writer.effect(entry.effect)
      writer.endObject()
    }
    writer.endArray()
    return Response(
      status: .ok, fields: [.contentType: "application/json"], content: .bytes(writer.bytes))
  }
}

extension JSONWriter {
  fileprivate mutating func effect(_ effect: Faults.Effect) {
    beginObject()
    switch effect {
    case .error(let code, let message, let status):
      member("code", code)
      member("status", status)
      member("message", message)
    case .delay(let milliseconds): member("delayMilliseconds", milliseconds)
    case .cutOff: member("cutOff", true)
    case .garbage: member("garbage", true)
    }
    endObject()
  }
}
