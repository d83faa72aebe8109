import Downloads
import Finding
import Foundation
import Media

/// What questions to videos need.
extension Examination {
    /// The libraries that the program runs with, and the headers that its build needs.
    var ffmpeg: Finding {
        let names = ["libavformat", "libavcodec", "libavutil", "libavfilter", "libswscale"]
        let versions = names.map { ($0, Machine.output("pkg-config", "--modversion", $0)) }
        let missing = versions.filter { $0.1 == nil }.map(\.0)
        var facts = Dictionary(
            uniqueKeysWithValues: versions.compactMap { name, version in version.map { (name, $0) } })
        let place = Machine.loaded("libavformat", maps: Machine.text("/proc/self/maps"))
        facts["running"] = MediaRuntime.version
        facts["path"] = place
        let running = "libavformat \(MediaRuntime.version)" + (place.map { " in \($0)" } ?? "")
        guard missing.isEmpty else {
            let packages = missing.map { $0 + "-dev" }.joined(separator: " ")
            return Finding(
                name: "ffmpeg", status: isCheckout ? .missing : .optional,
                summary: "\(running); the headers of \(missing.joined(separator: ", ")) are not found, so the program "
                    + "cannot be built here", facts: facts,
                remedy: "make setup   (or: apt-get install pkg-config \(packages))")
        }
        return Finding(name: "ffmpeg", status: .fine, summary: running, facts: facts)
    }

    /// Where `find` keeps encoded videos.
    var cache: Finding {
        let folder = EncodedVideoCache.standardFolder(environment: environment)
        let manager = FileManager.default
        var facts = ["path": folder.path, "limit": "\(EncodedVideoCache.standardLimit)"]
        // The nearest folder that is there decides whether the cache can be written.
        var existing = folder
        while !manager.fileExists(atPath: existing.path), existing.path != "/" { existing.deleteLastPathComponent() }
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: existing.path, isDirectory: &isFolder), isFolder.boolValue,
            manager.isWritableFile(atPath: existing.path)
        else {
            return Finding(
                name: "cache", status: .warning,
                summary: "\(folder.path) cannot be written: every question encodes its video anew", facts: facts,
                remedy: "set MOMENTS_CACHE to a folder that can be written")
        }
        let files = (try? manager.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])) ?? []
        let bytes = files.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0) }
        facts["entries"] = "\(files.count)"
        facts["bytes"] = "\(bytes)"
        return Finding(
            name: "cache", status: .fine,
            summary: "\(files.count) encoded videos, \(Machine.gigabytes(bytes)) of at most "
                + "\(Machine.gigabytes(EncodedVideoCache.standardLimit)); in \(folder.path)", facts: facts)
    }

    /// The encoders' weights, in `weights` here or beside the cache. Commands take them from anywhere.
    var weights: Finding {
        let cache = DownloadCache.standardFolder(environment: environment)
        let downloads = [Catalogue.clip, Catalogue.slowFast].map { cache.appendingPathComponent($0) }
        let places = [folder.appendingPathComponent("weights")] + downloads
        func first(_ names: [String]) -> String? {
            places.flatMap { place in names.map { place.appendingPathComponent($0).path } }
                .first { FileManager.default.fileExists(atPath: $0) }
        }
        let clip = first([
            "ViT-B-32.pt", "clip/model.safetensors", "clip/pytorch_model.bin", "open_clip_pytorch_model.bin",
        ])
        let vocabulary = first([
            "bpe_simple_vocab_16e6.txt.gz", "clip/tokenizer.json", "clip/merges.txt", "merges.txt", "tokenizer.json",
        ])
        let slowFast = first(["SLOWFAST_8x8_R50.pkl", "SLOWFAST_8x8_R50.pyth"])
        let found = [("CLIP", clip), ("its vocabulary", vocabulary), ("SlowFast", slowFast)]
        let facts = Dictionary(
            uniqueKeysWithValues: zip(["clip", "vocabulary", "slowfast"], found).compactMap { key, entry in
                entry.1.map { (key, $0) }
            })
        let missing = found.filter { $0.1 == nil }.map(\.0)
        let there = found.compactMap { name, path in path.map { "\(name) in \($0)" } }.joined(separator: ", ")
        guard !missing.isEmpty else { return Finding(name: "weights", status: .fine, summary: there, facts: facts) }
        return Finding(
            name: "weights", status: .optional,
            summary: (there.isEmpty ? "" : there + "; ")
                + "\(missing.joined(separator: ", ")) not found; only questions to videos need them", facts: facts,
            remedy:
                "moments download \(Catalogue.clip); moments download \(Catalogue.slowFast) --trust; or name what you "
                + "have by --clip and --slowfast")
    }
}
