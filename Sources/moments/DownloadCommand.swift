import ArgumentParser
import Downloads
import Foundation
import Training

/// `moments download`: weights and data sets by name, from their official places.
struct DownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Download weights and data sets by name.",
        discussion: """
            What is needed for an own video:

              moments download clip-vit-b-32
              moments download slowfast-8x8-r50 --trust

            --list shows what there is, from where and under which terms. Files lie in a cache for all projects \
            ($MOMENTS_CACHE/downloads, else $XDG_CACHE_HOME/moments/downloads, else ~/.cache/moments/downloads), where \
            find and extract look for weights.

            Every file is checked by its SHA-256. Where nobody published one, give it with --sha256, or accept what comes \
            with --trust: its hash is written beside the file and checked from then on.

            What is interrupted goes on where it stopped when the command is given again. Exits with 64 for a hash that is \
            missing, 65 for wrong bytes, 66 where --offline misses something, 68 and 75 where the network fails, 69 where the \
            server has no such file, 73 and 74 where the disk refuses.
            """)

    @Argument(help: "What to download; see --list.")
    var names: [String] = []

    @Flag(help: "Show what can be downloaded, and what is there.")
    var list = false

    @Option(help: ArgumentHelp("Put the files here, not into the cache.", valueName: "folder"))
    var to: String?

    @Option(
        help: ArgumentHelp("Take the files from this server, below this path; their own paths stay.", valueName: "url"))
    var mirror: String?

    @Flag(help: "Ask nobody; check what is there and say what is missing.")
    var offline = false

    @Option(help: ArgumentHelp("The SHA-256 of the file that has no published one.", valueName: "hex"))
    var sha256: String?

    @Flag(help: "Accept a file without a published SHA-256 as it comes first.")
    var trust = false

    @Flag(help: "Print a JSON object for each file, or each item of --list.")
    var json = false

    func validate() throws {
        if list != names.isEmpty {
            throw ValidationError(list ? "--list takes no name." : "Give a name, or --list to see which there are.")
        }
        if trust, sha256 != nil { throw ValidationError("--sha256 takes the place of --trust.") }
        if offline, mirror != nil { throw ValidationError("--offline asks no --mirror.") }
    }

    func run() async throws {
        try await reportingFailures {
            if list { return print(CatalogueListing(cache: DownloadCache()).text(json: json)) }
            let wanted = try names.map { try Catalogue.item(named: $0) }.flatMap { item in
                let folder = to.map { URL(fileURLWithPath: $0) } ?? DownloadCache().folder(of: item)
                return item.files.map { WantedFile(item: item.name, file: $0, folder: folder) }
            }
            let policies = try policies(wanted.map(\.file))
            let downloader = Downloader(mirror: try mirrorAddress())
            if offline { return try check(wanted, policies, with: downloader) }
            try await stoppedBySignals {
                for (wanted, policy) in zip(wanted, policies) { try await fetch(wanted, policy, with: downloader) }
            }
        }
    }

    private func fetch(_ wanted: WantedFile, _ policy: HashPolicy, with downloader: Downloader) async throws {
        let progress = DownloadProgress(name: wanted.file.name)
        defer { progress.clear() }
        let outcome = try await downloader.fetch(
            wanted.file, into: wanted.folder, policy: policy, report: progress.show)
        progress.clear()
        print(wanted.report(outcome, json: json))
    }

    /// What is there, and what is not.
    private func check(_ wanted: [WantedFile], _ policies: [HashPolicy], with downloader: Downloader) throws {
        var missing: [String] = []
        for (wanted, policy) in zip(wanted, policies) {
            if let outcome = try downloader.verified(wanted.file, in: wanted.folder, policy: policy) {
                print(wanted.report(outcome, json: json))
            } else {
                missing.append(wanted.folder.appendingPathComponent(wanted.file.name).path)
            }
        }
        if !missing.isEmpty { throw DownloadError.notInCache(files: missing) }
    }

    /// What proves each file. A hash of the user's is for the only file that it can mean.
    private func policies(_ files: [CatalogueFile]) throws -> [HashPolicy] {
        guard let sha256 else { return files.map { _ in trust ? .trustFirst : .published } }
        let unpinned = files.filter { $0.sha256 == nil }
        guard let meant = unpinned.count == 1 ? unpinned.first : files.count == 1 ? files.first : nil else {
            throw UsageError(
                "--sha256 is for one file without a published hash; of these files \(unpinned.count) have none")
        }
        return files.map { $0 == meant ? .given(sha256) : .published }
    }

    private func mirrorAddress() throws -> URL? {
        guard let mirror else { return nil }
        guard let url = URL(string: mirror), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil
        else {
            throw UsageError("--mirror \(mirror) is no address such as https://mirror.example/moments")
        }
        return url
    }

    /// Ctrl-C and a polite kill keep what has come.
    private func stoppedBySignals(_ body: @escaping @Sendable () async throws -> Void) async throws {
        Interruption.catchSignals()
        defer { Interruption.releaseSignals() }
        let work = Task { try await body() }
        let watch = Task {
            while Interruption.pending == nil { try await Task.sleep(for: .milliseconds(50)) }
            work.cancel()
        }
        defer { watch.cancel() }
        do {
            try await work.value
        } catch is CancellationError {
            throw Interrupted("what has come is kept, and the same command goes on there")
        }
    }
}

/// A file that was asked for, and where it goes.
private struct WantedFile: Sendable {
    let item: String
    let file: CatalogueFile
    let folder: URL

    private struct Line: Encodable {
        let item, file, path, status: String
        let sha256: String?
        let bytes: Int?
        let published: Bool
    }

    func report(_ outcome: DownloadOutcome, json: Bool) -> String {
        let path = file.product(in: folder).path
        let (status, hash, bytes): (String, String?, Int?) =
            switch outcome {
            case .present(let hash): ("present", hash, nil)
            case .fetched(let hash, let bytes): ("fetched", hash, bytes)
            }
        if json {
            return CatalogueListing.line(
                Line(
                    item: item, file: file.name, path: path, status: status, sha256: hash, bytes: bytes,
                    published: file.sha256 != nil))
        }
        let proof = file.sha256 != nil ? "checked" : hash.map { "SHA-256 \($0), not published" } ?? "unpacked"
        let size = bytes.map { ", \(DownloadProgress.size($0))" } ?? ""
        return "\(path): \(status == "present" ? "there already" : "downloaded")\(size), \(proof)"
    }
}
