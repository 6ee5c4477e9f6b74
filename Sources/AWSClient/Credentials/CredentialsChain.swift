/// Sources in their order: the first that is configured decides.
public struct CredentialsChain: CredentialsSource {
  private let sources: [any CredentialsSource]

  public init(_ sources: [any CredentialsSource]) {
    self.sources = sources
  }

  public var name: String { sources.map(\.name).joined(separator: ", ") }

  public func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    for source in sources {
      if let resolved = try await source.resolve(with: tools) { return resolved }
    }
    return nil
  }

  /// Editions only grow, and so does their sum with any of them.
  public func edition(at second: Int) -> Int {
    sources.reduce(0) { $0 &+ $1.edition(at: second) }
  }
}
