import EventLoop
import Files
import Glibc
import Testing

@Suite struct ReloadedFileTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/files-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
  }

  private var path: String { "\(folder)/number" }

  private func write(_ text: String) {
    let file = fopen(path, "w")!
    fputs(text, file)
    fclose(file)
  }

  /// A file with one number, and what was told of it.
  private func number() throws -> (file: ReloadedFile<Int>, news: News) {
    let news = News()
    let file = try ReloadedFile<Int>(
      path,
      parse: { bytes throws(FileFault) in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let number = Int(text) else { throw FileFault("'\(text)' is no number") }
        return number
      }, onNews: { news.add($0) })
    return (file, news)
  }

  private final class News: Sendable {
    private let list = Lock<[FileNews]>([])
    var all: [FileNews] { list.withLock { $0 } }
    func add(_ news: FileNews) { list.withLock { $0.append(news) } }
  }

  @Test func `A change is in use once it has settled, and is told`() throws {
    write("1")
    let (file, news) = try number()
    #expect(file.content == 1)
    write("22")
    for second in 1...2 {
      file.look(at: second)
      #expect(file.content == 1)
    }
    file.look(at: 3)
    #expect(file.content == 22)
    #expect(file.edition == 1)
    #expect(news.all == [.changed])
  }

  @Test func `What can't be used is told once, and what was read before stays in use`() throws {
    write("1")
    let (file, news) = try number()
    write("one")
    for second in 1...9 { file.look(at: second) }
    #expect(file.content == 1)
    #expect(file.edition == 0)
    #expect(news.all == [.kept(FileFault("\(path): 'one' is no number"))])
    #expect(unlink(path) == 0)
    for second in 10...19 { file.look(at: second) }
    #expect(file.content == 1)
    #expect(news.all.last == .kept(FileFault("\(path) is not there, or is no file")))
    write("333")
    for second in 20...22 { file.look(at: second) }
    #expect(file.content == 333)
    #expect(news.all.count == 3)
  }

  @Test func `A change that is announced is in use at once`() throws {
    write("1")
    let (file, news) = try number()
    write("22")
    file.reload()
    #expect(file.content == 22)
    file.reload()
    #expect(news.all == [.changed])
  }

  @Test func `A file that can't be used at the start is the start's problem`() throws {
    #expect(throws: FileFault("\(path) is not there, or is no file")) { try number() }
    write("x")
    #expect(throws: FileFault("\(path): 'x' is no number")) { try number() }
  }

  @Test func `A file that is right again is in use again`() throws {
    write("1")
    let (file, news) = try number()
    write("one")
    file.reload()
    write("1")
    file.reload()
    #expect(file.content == 1)
    #expect(news.all.count == 2)
  }
}
