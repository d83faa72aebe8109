/// Owns the parameters and buffers of a model, under PyTorch's names.
///
/// Layers are made from its scopes. So the optimiser, the checkpoint and the parameter count all see the same list.
public final class ParameterStore {
    /// A tensor that is learned, with its full name.
    public struct Entry: Sendable {
        /// The dotted name, such as `encoder.layers.0.linear1.weight`.
        public let name: String
        /// The tensor itself.
        public let tensor: Tensor
    }

    /// Learned tensors in the order in which they were made.
    public private(set) var parameters: [Entry] = []
    /// Tensors that a checkpoint holds but that are not learned.
    public private(set) var buffers: [Entry] = []
    /// Type of the parameters.
    public let dtype: DType
    /// Where the parameters lie.
    public let device: Device
    /// Seed of the initial values.
    public let seed: UInt64
    /// What dropout draws from.
    public let random: RandomSource
    /// Whether layers such as dropout act as in training.
    public var isTraining = false
    /// The processes that divide the rows of a batch among themselves for a loss; nil where this one has all.
    public var group: ProcessGroup?

    /// Makes an empty store.
    public init(seed: UInt64 = 0, dtype: DType = .float32, device: Device = .cpu) {
        self.seed = seed
        self.dtype = dtype
        self.device = device
        random = RandomSource(seed: seed ^ 0xD80F_0D20_5EED)
    }

    /// Where the outermost module's names begin.
    public var root: Scope { Scope(store: self, path: "") }

    /// Count of learned numbers.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// Parameters and buffers by name.
    public private(set) var state: [String: Tensor] = [:]

    /// The parameter or buffer with a name.
    public subscript(_ name: String) -> Tensor? { state[name] }

    /// Forgets all gradients.
    public func clearGradients() {
        for entry in parameters { entry.tensor.gradient = nil }
    }

    /// The arrays of the file that is to fill the stores that are made meanwhile.
    @TaskLocal private static var file: [String: [Int]]?

    /// Makes a model that is to be filled from a file.
    ///
    /// A large parameter that the file does not have in this shape takes no memory, however much of it the settings ask
    /// for; it cannot be filled, and must not be used.
    ///
    /// - Parameter shapes: The shapes of the file's arrays, by name.
    public static func forFile<Model>(
        with shapes: [String: [Int]], _ make: () throws -> Model
    ) rethrows -> Model { try $file.withValue(shapes, operation: make) }

    /// Whether a parameter will not be filled by the file that is to fill the store, and is worth leaving out.
    fileprivate static func isInVain(_ name: String, _ shape: [Int]) -> Bool {
        guard let file, file[name] != shape else { return false }
        return shape.reduce(1.0) { $0 * Double($1) } > 65_536
    }

    func add(_ name: String, _ tensor: Tensor, learned: Bool) -> Tensor {
        guard state.updateValue(tensor, forKey: name) == nil else {
            fail("ParameterStore", [tensor], "two parameters have the name \(name)")
        }
        if learned {
            parameters.append(Entry(name: name, tensor: tensor.requiringGradient()))
        } else {
            buffers.append(Entry(name: name, tensor: tensor))
        }
        return tensor
    }
}

/// A place for names in a parameter store. `scope / "self_attn" / 0` is the place `self_attn.0` below it.
public struct Scope {
    /// The store that this scope belongs to.
    public let store: ParameterStore
    /// The dotted name so far; empty at the root.
    public let path: String

    /// The scope of a part with a name.
    public static func / (scope: Scope, name: String) -> Scope {
        Scope(store: scope.store, path: scope.path.isEmpty ? name : "\(scope.path).\(name)")
    }

    /// The scope of a part in a list.
    public static func / (scope: Scope, index: Int) -> Scope { scope / String(index) }

    /// A new learned tensor.
    ///
    /// Its first values depend on the store's seed and on its name, not on the order in which layers are made.
    public func parameter(_ name: String, _ shape: [Int], _ initializer: Initializer) -> Tensor {
        let full = (self / name).path
        let values =
            ParameterStore.isInVain(full, shape)
            ? .zeros(shape.map { _ in 1 }, dtype: store.dtype, device: store.device).expanded(shape)
            : initializer.values(shape, seed: store.seed, stream: stableHash(full))
        return store.add(full, values.to(store.dtype, store.device), learned: true)
    }

    /// A new tensor that is saved but not learned. Its type is the store's, unless it holds whole numbers or `bool`.
    public func buffer(_ name: String, _ tensor: Tensor) -> Tensor {
        let dtype = tensor.dtype.isFloatingPoint ? store.dtype : tensor.dtype
        return store.add((self / name).path, tensor.to(dtype, store.device), learned: false)
    }
}

/// FNV-1a: the same number for the same text, in every process.
package func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
