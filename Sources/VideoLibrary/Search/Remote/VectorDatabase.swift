/// A clip, by what is the same in every library: its video's content, and its place in the video.
public struct ClipName: Hashable, Sendable {
    /// The video's SHA-256.
    public let video: String
    /// From 0.
    public let clip: Int

    /// Names a clip.
    public init(video: String, clip: Int) {
        self.video = video
        self.clip = clip
    }
}

/// A clip on its way into a vector database.
public struct NamedClip: Sendable {
    /// What it is found by.
    public let name: ClipName
    /// Its vector, of length 1.
    public let vector: [Float]

    /// Names a vector.
    public init(_ name: ClipName, vector: [Float]) {
        self.name = name
        self.vector = vector
    }
}

/// A database of vectors, on other machines as a rule, that finds the clips which are near to a sentence.
///
/// Libraries share it: a clip is called the same in all of them. What it says is only ever a proposal: a library takes from it
/// the clips that it has itself, and compares these exactly.
public protocol VectorDatabase: Sendable {
    /// What it is called in messages and records: where it is, without any secret.
    var address: String { get }

    /// Opens the collection of a space, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - space: ``LibraryEncoder/space``; another space has another collection.
    ///   - width: Numbers a vector.
    /// - Throws: ``VectorDatabaseError``.
    func open(space: String, width: Int) throws(VectorDatabaseError) -> any VectorCollection

    /// A collection that was opened before, by its ``VectorCollection/id``. Nobody is asked.
    func collection(_ id: String) -> any VectorCollection
}

/// The clips of one space in a vector database. All that is done to it may be done twice.
public protocol VectorCollection: Sendable {
    /// Another one after the collection was removed and made again.
    var id: String { get }
    /// How many clips are added or asked for at once at most.
    var batch: Int { get }

    /// Those of some clips that it has.
    func known(of clips: [ClipName]) throws(VectorDatabaseError) -> Set<ClipName>

    /// Adds clips, or puts them in place of others of the same name.
    func add(_ clips: [NamedClip]) throws(VectorDatabaseError)

    /// Removes all clips of some videos.
    func remove(videos: [String]) throws(VectorDatabaseError)

    /// The clips that it finds nearest to a vector, in any order.
    ///
    /// - Parameters:
    ///   - vector: Of length 1.
    ///   - count: How many at most.
    ///   - videos: Only clips of these; nil for all that it has.
    func nearest(to vector: [Float], count: Int, in videos: [String]?) throws(VectorDatabaseError) -> [ClipName]
}
