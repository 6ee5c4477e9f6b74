import CResources

/// openapi.yaml, which is part of the program.
enum Contract {
  static let openAPI: [UInt8] = {
    let start = UnsafeRawPointer(cresources_openapi_source())
    return Array(UnsafeRawBufferPointer(start: start, count: cresources_openapi_length()))
  }()
}
