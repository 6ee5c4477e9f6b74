import Glibc

/// Where a container's credentials are asked for.
struct ContainerEndpoint: Equatable {
  /// What a URL must be; it is not repeated, since its path can be a secret.
  struct Problem: Error, Equatable {
    let reason: String
  }

  /// ECS's own.
  static let origin = "http://169.254.170.2"

  /// The whole URL, whose path and query are nothing for a message: on ECS they are what gives access.
  let url: String
  /// The part of it that messages name.
  let origin: String

  init(parsing url: String) throws(Problem) {
    let endpoint: Endpoint
    let authority = Self.authority(of: url)
    do throws(Endpoint.Problem) {
      endpoint = try Endpoint(parsing: String(url[..<authority.endIndex]))
    } catch {
      throw Problem(
        reason: "is no URL: http:// or https://, a host, an optional port, path and query")
    }
    let isVisible = url.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    guard isVisible else {
      throw Problem(reason: "has a space, a '#' or a character that is not ASCII in it")
    }
    guard endpoint.origin.hasPrefix("https:") || Self.isTrusted(endpoint.hostName) else {
      throw Problem(
        reason: "is https, or http to a loopback address, localhost, 169.254.170.2, "
          + "169.254.170.23 or fd00:ec2::23 alone, since credentials come and go unencrypted; "
          + "its host is \(endpoint.hostName)")
    }
    self.url = endpoint.origin + url[authority.endIndex...]
    origin = endpoint.origin
  }

  private static func authority(of url: String) -> Substring {
    guard let start = url.firstRange(of: "://")?.upperBound else { return url[...] }
    return url[start...].prefix { !"/?#".contains($0) }
  }

  /// botocore's judgement (utils.ContainerMetadataFetcher): a loopback address in any spelling, or one
  /// of these as they are written.
  private static func isTrusted(_ host: String) -> Bool {
    switch host {
    case "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost": return true
    default: break
    }
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
    var six = in6_addr()
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }
}

extension Endpoint {
  /// The host without its port and brackets.
  fileprivate var hostName: String {
    if host.first == "[" { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }
}
