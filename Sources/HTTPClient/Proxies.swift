/// Which proxy, if any, leads to which host: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, by the rules of
/// botocore, which are those of Python's urllib.
public struct Proxies: Sendable, Equatable {
  /// What is wrong with a variable.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    public let variable: String
    private let problem: Proxy.Problem

    public var description: String { "\(variable): \(problem)" }

    init(_ variable: String, _ problem: Proxy.Problem) {
      self.variable = variable
      self.problem = problem
    }
  }

  /// All of them.
  public struct Problems: Error, Equatable {
    public let list: [Problem]
  }

  /// A proxy, and the variable that names it.
  public struct Setting: Sendable, Equatable {
    public let variable: String
    public let proxy: Proxy
  }

  /// For `https:` URLs.
  public let https: Setting?
  /// For `http:` URLs.
  public let http: Setting?
  /// Names of hosts without their leading dots, in lower case; `*` is every host.
  let exceptions: [String]

  /// No proxy for anybody.
  public static let none = Proxies()

  private init() {
    (https, http, exceptions) = (nil, nil, [])
  }

  /// A name in lower case outranks the same in upper case, also where it is empty, which is no proxy.
  public init(environment: [String: String]) throws(Problems) {
    var problems: [Problem] = []
    func setting(_ scheme: String) -> Setting? {
      guard let (variable, value) = Self.variable("\(scheme)_proxy", of: environment) else {
        return nil
      }
      do throws(Proxy.Problem) {
        return Setting(variable: variable, proxy: try Proxy(parsing: value))
      } catch {
        problems.append(Problem(variable, error))
        return nil
      }
    }
    https = setting("https")
    // A web server would set it from a caller's field (CVE-2016-1000110); urllib looks at the same sign.
    var isCGI: Bool { environment["REQUEST_METHOD"] != nil && environment["http_proxy"] == nil }
    http = isCGI ? nil : setting("http")
    exceptions = (Self.variable("no_proxy", of: environment)?.value ?? "")
      .split(separator: ",")
      .map { String($0.drop { $0 == " " }.drop { $0 == "." }).lowercased() }
      .map { name in String(name.prefix { $0 != " " }) }
      .filter { !$0.isEmpty }
    guard problems.isEmpty else { throw Problems(list: problems) }
  }

  /// Whether nobody has a proxy.
  public var isEmpty: Bool { https == nil && http == nil }

  /// The setting that leads to an absolute URL; nil where it is reached directly.
  public func setting(for url: String) -> Setting? {
    guard !isEmpty, let end = url.firstRange(of: "://"),
      let setting = url[..<end.lowerBound].lowercased() == "https" ? https : http
    else { return nil }
    let authority = url[end.upperBound...].prefix { !"/?#".contains($0) }.lowercased()
    return isException(authority) ? nil : setting
  }

  private func isException(_ authority: String) -> Bool {
    var host = authority[...]
    if let colon = authority.lastIndex(of: ":"),
      authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
    {
      host = authority[..<colon]
    }
    // urllib takes an asterisk for every host only where it stands alone.
    return exceptions == ["*"]
      || exceptions.contains { name in
        host == name || authority == name || host.hasSuffix(".\(name)")
          || authority.hasSuffix(".\(name)")
      }
  }

  private static func variable(
    _ name: String, of environment: [String: String]
  ) -> (variable: String, value: String)? {
    for variable in [name, name.uppercased()] {
      guard let value = environment[variable] else { continue }
      return value.isEmpty ? nil : (variable, value)
    }
    return nil
  }
}
