/// What is known of a request that its server refuses.
public enum Refused {
  case request(Request)
  /// Its head could not be read. Whoever has sent it is nil for a unix socket.
  case unread(peer: IPAddress?)
}
