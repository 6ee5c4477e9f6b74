import EventLoop

/// Sources in their order: the first that is configured decides.
public struct CredentialsChain: CredentialsSource {
  private let sources: [any CredentialsSource]
  private let limit: Duration

  /// - Parameters:
  ///   - limit: The time that one source may take, all its questions and their retries included; that of
  ///     the chain too, since a source that isn't configured takes none. A program may take 60 s of it.
  public init(_ sources: [any CredentialsSource], limit: Duration = .seconds(90)) {
    self.sources = sources
    self.limit = limit
  }

  public var name: String { sources.map(\.name).joined(separator: ", ") }

  public func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    for source in sources {
      if let resolved = try await resolved(source, with: tools) { return resolved }
    }
    return nil
  }

  private func resolved(
    _ source: any CredentialsSource, with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let outcome = await tools.loop.outcome(within: limit) {
      await Result { () async throws(CredentialsError) in try await source.resolve(with: tools) }
    }
    guard let outcome else {
      throw CredentialsError(
        source: source.name, "no credentials came within \(limit.components.seconds) s")
    }
    return try outcome.get()
  }

  /// Editions only grow, and so does their sum with any of them.
  public var edition: Int {
    sources.reduce(0) { $0 &+ $1.edition }
  }
}
