import Batches

/// The candidates of a 2D temporal map: the pairs (a, b) with 0 ≤ a ≤ b < N for which stretches a…b of a video are one.
///
/// Up to N = 16 all pairs are candidates. Of longer ones fewer are taken the longer they are (section 3.2 of 2D-TAN):
/// b − a goes on from 15 in eight steps of 2 with even a, then in eight steps of 4 with a a multiple of 4, and so on.
public struct ProposalMap: Hashable, Sendable {
    /// Candidates of one length.
    public struct Diagonal: Hashable, Sendable {
        /// b − a.
        public let offset: Int
        /// Between one a and the next; the first is 0.
        public let stride: Int
        /// How many there are.
        public let count: Int
    }

    /// One candidate.
    public struct Cell: Hashable, Sendable {
        /// a.
        public let first: Int
        /// b, included.
        public let last: Int
    }

    /// N.
    public let size: Int
    /// By length, the shortest first.
    public let diagonals: [Diagonal]
    /// Every candidate, diagonal by diagonal.
    public let cells: [Cell]

    /// Lengths that are taken of every candidate, and of each scale thereafter; the paper's.
    private static let (denseLengths, lengthsPerScale) = (16, 8)

    /// The candidates of a map of N×N cells.
    public init(size: Int) {
        precondition(size > 0, "a map has at least one cell")
        self.size = size
        var diagonals: [Diagonal] = []
        var (offset, stride) = (0, 1)
        var left = Self.denseLengths
        while offset < size {
            diagonals.append(Diagonal(offset: offset, stride: stride, count: (size - 1 - offset) / stride + 1))
            left -= 1
            if left == 0 { (stride, left) = (stride * 2, Self.lengthsPerScale) }
            offset += stride
        }
        self.diagonals = diagonals
        cells = diagonals.flatMap { diagonal in
            (0..<diagonal.count).map { index in
                let first = index * diagonal.stride
                return Cell(first: first, last: first + diagonal.offset)
            }
        }
    }

    /// Where every candidate lies in the N·N cells, row by row.
    var places: [Int] { cells.map { $0.first * size + $0.last } }

    /// Where a candidate lies in a video of so many seconds.
    public func span(_ cell: Cell, seconds: Double) -> Span {
        Span(Double(cell.first) / Double(size) * seconds, Double(cell.last + 1) / Double(size) * seconds)
    }

    /// What each candidate's score is to be: its IoU with the moment that it overlaps most, scaled.
    ///
    /// y = 0 for o ≤ t_min, 1 for o ≥ t_max, (o − t_min) / (t_max − t_min) between (equation 4 of 2D-TAN, which has one
    /// moment a query; the best of several is ours).
    public func targets(_ moments: [Span], seconds: Double, leastIoU: Double, fullIoU: Double) -> [Double] {
        cells.map { cell in
            let span = span(cell, seconds: seconds)
            let overlap = moments.map { span.iou($0) }.max() ?? 0
            return min(max((overlap - leastIoU) / (fullIoU - leastIoU), 0), 1)
        }
    }

    /// The best score of all candidates that cover each of so many clips of equal length, by the clip's middle. Ours.
    ///
    /// - Parameters:
    ///   - scores: One a candidate, in the order of ``cells``.
    ///   - clips: How many clips the video is divided into.
    public func bestScores(_ scores: [Double], clips: Int) -> [Double] {
        var best = [Double](repeating: -.infinity, count: size)
        for (cell, score) in zip(cells, scores) {
            for stretch in cell.first...cell.last where score > best[stretch] { best[stretch] = score }
        }
        return (0..<clips).map { best[min(Int((Double($0) + 0.5) / Double(clips) * Double(size)), size - 1)] }
    }
}

extension Batch {
    /// Seconds of each video that its clips cover, and that 2D-TAN divides by N.
    var coveredSeconds: [Double] {
        zip(queries, clipCounts).map { min($0.duration, $0.clipLength * Double($1)) }
    }
}
