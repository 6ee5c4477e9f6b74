/// Who a request comes from, as logs, limits and the policy name them.
///
/// Names of one kind never meet those of another: the kind is a part of the text, and a name comes from
/// what the operator, the tokens' issuer or the certificates' authority has vouched for.
public struct Caller: Hashable, Sendable, CustomStringConvertible {
  /// By what a caller is known.
  public enum Kind: String, Hashable, Sendable {
    /// An API key: its name in the file of keys.
    case key
    /// A JWT: the claim that names the caller.
    case token
    /// A client certificate: its first subject alternative name, as in `dns:report.example`.
    case certificate
    /// By nothing, or by the address that the request comes from.
    case anonymous
  }

  public let kind: Kind
  /// Empty for an anonymous caller whose address doesn't matter.
  public let name: String

  public init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  public static let anonymous = Caller(.anonymous, "")

  /// As in `key:reports`, `token:4711`, `certificate:dns:report.example`, `anonymous`.
  public var description: String { name.isEmpty ? kind.rawValue : "\(kind.rawValue):\(name)" }

  /// What tells callers' idempotency keys apart; empty for all that are anonymous, wherever they are: one
  /// that comes back from another address means the same calculation.
  public var idempotencyScope: String { kind == .anonymous ? "" : description }
}
