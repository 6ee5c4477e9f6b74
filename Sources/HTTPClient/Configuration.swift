extension HTTPClient {
  /// What is the same for each request of a client.
  public struct Configuration: Sendable {
    /// The value of `User-Agent`.
    public var userAgent: String
    /// The time that a name's lookup may take; and the time from there to the end of the TLS handshake.
    public var connectDeadline: Duration
    /// How long a stream may stay silent while its reader waits.
    public var stallLimit: Duration
    /// The bytes that a stream holds for its reader before it stops reading from its socket.
    public var streamBuffer: Int
    /// How many answers may be awaited at once, how many streams be open, and how many prerequisites of
    /// others be awaited: beyond them a request is refused. Streams last as long as their readers take,
    /// and are no reason to refuse the others.
    public var transfers: Int
    /// The connections that are kept open for later requests.
    public var keptConnections: Int
    /// How long a connection is used at most: libcurl asks for a name's address again when it connects, so that
    /// a name that has moved is followed.
    public var connectionLifetime: Duration
    /// A PEM file of certificate authorities; nil for the system's.
    public var authorities: String?
    /// Which proxy leads where.
    public var proxies: Proxies
    /// The unix socket that all requests go to, whatever their URL's host; nil for the network.
    public var unixSocket: String?
    /// Whether the server has to prove who it is. Not to be turned off but for one that is on this machine,
    /// and is told nothing and believed nothing.
    public var verifiesServer = true

    public init(
      userAgent: String, connectDeadline: Duration = .seconds(3),
      stallLimit: Duration = .seconds(30), streamBuffer: Int = 32 << 10,
      transfers: Int = 1024, keptConnections: Int = 64,
      connectionLifetime: Duration = .seconds(300),
      authorities: String? = nil, proxies: Proxies = .none
    ) {
      self.userAgent = userAgent
      self.connectDeadline = connectDeadline
      self.stallLimit = stallLimit
      self.streamBuffer = streamBuffer
      self.transfers = transfers
      self.keptConnections = keptConnections
      self.connectionLifetime = connectionLifetime
      self.authorities = authorities
      self.proxies = proxies
    }
  }
}
