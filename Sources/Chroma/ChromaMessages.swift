/// What is asked of a Chroma server; fields are called as in its OpenAPI document, where they are written in snake case.
enum ChromaRequest {
    /// A collection, made where it is missing.
    struct Creation: Encodable {
        struct Configuration: Encodable {
            let hnsw: HNSW
        }

        /// One machine's index. A cluster has an index of another kind, and takes the space over.
        struct HNSW: Encodable {
            /// The inner product, as the exact search has it. Vectors have length 1 but for their rounding to half precision.
            let space = "ip"
            /// Twice the neighbours and the care of Chroma's defaults, and four times the breadth of a search.
            let maxNeighbors = 32
            let efConstruction = 200
            let efSearch = 400
        }

        let name: String
        let metadata: [String: String]
        let configuration = Configuration(hnsw: HNSW())
        let getOrCreate = true
    }

    struct Upsert: Encodable {
        struct Metadata: Encodable {
            let video: String
        }

        let ids: [String]
        /// Base64.
        let embeddings: [String]
        let metadatas: [Metadata]
    }

    struct Get: Encodable {
        let ids: [String]
        /// Names are enough.
        let include: [String] = []
    }

    struct Query: Encodable {
        let queryEmbeddings: [[Float]]
        let nResults: Int
        let `where`: Where?
        let include: [String] = []
    }

    struct Deletion: Encodable {
        let `where`: Where
    }

    /// Records of some videos.
    struct Where: Encodable {
        struct OneOf: Encodable {
            let values: [String]

            enum CodingKeys: String, CodingKey {
                case values = "$in"
            }
        }

        let video: OneOf

        init(_ videos: [String]) { video = OneOf(values: videos) }
    }
}

/// What a Chroma server answers, as far as it matters here.
enum ChromaAnswer {
    struct Checklist: Decodable {
        let maxBatchSize: Int
        let supportsBase64Encoding: Bool?
    }

    struct Collection: Decodable {
        let id: String
        /// Nil while nothing was added.
        let dimension: Int?
    }

    struct Records: Decodable {
        let ids: [String]
    }

    /// One list a question.
    struct Found: Decodable {
        let ids: [[String]]
    }

    /// An object that says nothing.
    struct Done: Decodable {}
}
