// swift-tools-version: 6.2

import PackageDescription

/// The project's own checks turn warnings into errors; a user's newer compiler, with warnings that are
/// not known yet, must not fail for them.
let isStrict = Context.environment["STRICT_BUILD"] != nil

/// What every target of ours is compiled with: Swift 6, and the stricter rules that are still to come.
let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

/// The targets that have no business with C also prove it: a use of an unsafe construct is a warning there.
let pure = settings + [.strictMemorySafety()]

let package = Package(
  name: "athena-gateway",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CResources"),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),

    .target(name: "EventLoop", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "Files", dependencies: ["EventLoop"], swiftSettings: settings),
    .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: settings),
    .target(name: "JSON", swiftSettings: pure),
    .target(
      name: "HTTPMessage",
      dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
      swiftSettings: pure),
    .target(name: "CivilTime", swiftSettings: pure),
    .target(
      name: "Log",
      dependencies: [
        "CivilTime", "EventLoop", "JSON", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .target(name: "Metrics", swiftSettings: settings),
    .target(
      name: "Tracing",
      dependencies: [
        "Cryptography", "EventLoop", "HTTPMessage",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: pure),
    .target(name: "URIEncoding", swiftSettings: pure),
    .target(
      name: "SigV4", dependencies: ["CivilTime", "Cryptography", "URIEncoding"], swiftSettings: pure
    ),

    .target(
      name: "Callers",
      dependencies: [
        "CivilTime", "Cryptography", "EventLoop", "Files", "HTTPMessage", "JSON",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ],
      swiftSettings: pure),
    .target(
      name: "HTTPClient",
      dependencies: ["CCurl", "COpenSSL", "Cryptography", "EventLoop", "HTTPMessage"],
      swiftSettings: settings),
    .target(
      name: "HTTPServer",
      dependencies: [
        "CLinux", "COpenSSL", "CivilTime", "EventLoop", "HTTPMessage",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: settings),
    .target(
      name: "AWSClient",
      dependencies: [
        "CivilTime", "Cryptography", "EventLoop", "Files", "HTTPClient", "HTTPMessage", "JSON",
        "SigV4", "Tracing", "URIEncoding",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings),
    .target(
      name: "Athena", dependencies: ["AWSClient", "HTTPMessage", "JSON", "SigV4"],
      swiftSettings: pure),
    .target(
      name: "Gateway",
      dependencies: [
        "Athena", "Callers", "CivilTime", "Cryptography", "EventLoop", "HTTPMessage", "JSON",
        "Tracing",
        "URIEncoding",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
      ],
      swiftSettings: pure),
    .target(
      name: "LocalAthena",
      dependencies: [
        "CLinux", "CResources", "Cryptography", "EventLoop", "HTTPMessage", "HTTPServer", "JSON",
        "SigV4", "URIEncoding",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "athena-gateway",
      dependencies: [
        "AWSClient", "Athena", "CLinux", "CResources", "Callers", "CivilTime", "EventLoop", "Files",
        "Gateway", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "LocalAthena", "Log",
        "Metrics", "SigV4", "Tracing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings,
      // Nothing loads the program as a library. The static standard library asks for its 20,000 names all the
      // same: 2 MB, and 1.5 MB of memory.
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))
      ]),

    .testTarget(
      name: "AWSClientTests",
      dependencies: [
        "AWSClient", "EventLoop", "Files", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON",
        "SigV4",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AthenaTests",
      dependencies: [
        "AWSClient", "Athena", "EventLoop", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON",
        "SigV4",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "EventLoopTests", dependencies: ["EventLoop", "TestLoops"], swiftSettings: settings),
    .testTarget(name: "FilesTests", dependencies: ["EventLoop", "Files"], swiftSettings: settings),
    .testTarget(
      name: "CallersTests",
      dependencies: [
        "Callers", "Cryptography", "EventLoop", "Files", "HTTPMessage", "JSON", "TestLoops",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ],
      swiftSettings: settings),
    .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"], swiftSettings: settings),
    .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: settings),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "AWSClient", "Athena", "Callers", "EventLoop", "Gateway", "HTTPClient", "HTTPMessage",
        "HTTPServer", "JSON", "SigV4", "TestLoops",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "HTTPMessageTests", dependencies: ["HTTPMessage"], swiftSettings: settings),
    .testTarget(
      name: "HTTPClientTests",
      dependencies: [
        "HTTPClient", "EventLoop", "HTTPMessage", "TestCertificates", "TestLoops",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "HTTPServerTests",
      dependencies: [
        "COpenSSL", "CivilTime", "HTTPServer", "HTTPMessage", "EventLoop", "TestCertificates",
      ],
      swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "LogTests",
      dependencies: ["EventLoop", "JSON", "Log", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: settings),
    .testTarget(
      name: "TracingTests", dependencies: ["HTTPMessage", "Tracing"], swiftSettings: settings),
    .testTarget(
      name: "LocalAthenaTests",
      dependencies: [
        "LocalAthena", "Cryptography", "EventLoop", "HTTPServer", "JSON", "SigV4",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SigV4Tests", dependencies: ["SigV4", "Cryptography"], swiftSettings: settings),
    .target(
      name: "TestCertificates", path: "Tests/TestCertificates", swiftSettings: settings),
    .target(
      name: "TestLoops", dependencies: ["EventLoop"], path: "Tests/TestLoops",
      swiftSettings: settings),
    .testTarget(name: "URIEncodingTests", dependencies: ["URIEncoding"], swiftSettings: settings),
  ]
)

// `make fuzz` builds it; an ordinary build has no libFuzzer to link it with.
if Context.environment["FUZZ_BUILD"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Athena", "EventLoop", "Gateway", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      path: "Tests/Fuzz", exclude: ["Dictionaries", "Seeds"],
      swiftSettings: settings + [.enableExperimentalFeature("Extern")]))
}

// `make micro` builds it: what single pieces of a request cost.
if Context.environment["BENCH_BUILD"] != nil {
  package.targets.append(
    .executableTarget(
      name: "micro",
      dependencies: [
        "AWSClient", "Athena", "Callers", "Cryptography", "EventLoop", "Gateway", "HTTPMessage",
        "HTTPServer", "JSON", "Log", "Metrics", "SigV4", "Tracing",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Benchmarks/Micro", swiftSettings: settings))
}
