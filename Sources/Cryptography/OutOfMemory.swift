/// The only way in which OpenSSL can fail to hash.
func outOfMemory() -> Never {
  preconditionFailure("OpenSSL is out of memory")
}
