import URIEncoding

extension BasePath {
  // The paths that answers lead to: path-absolute, so that they hold behind whatever host name.

  var sessions: String { prefix + "/sessions" }

  func session(_ sessionID: String) -> String {
    "\(sessions)/\(PercentEncoding.encode(sessionID))"
  }

  func executors(of sessionID: String) -> String {
    session(sessionID) + "/executors"
  }

  func calculations(of sessionID: String) -> String {
    session(sessionID) + "/calculations"
  }

  func calculation(_ calculationID: String, of sessionID: String) -> String {
    "\(calculations(of: sessionID))/\(PercentEncoding.encode(calculationID))"
  }

  func problem(_ code: ProblemCode) -> String {
    "\(prefix)/problems/\(code.rawValue)"
  }
}
