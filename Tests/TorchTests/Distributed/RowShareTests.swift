import Testing
import Torch

@Suite struct `A share of a batch's rows` {
    @Test func `is as large as the others', or one larger`() {
        #expect((0..<3).map { RowShare(of: 8, rank: $0, size: 3).rows } == [0..<3, 3..<6, 6..<8])
        let last = RowShare(of: 2, rank: 2, size: 3)
        #expect(last.counts == [1, 1, 0] && last.rows == 0..<1)
    }

    /// What an operation makes of seven rows at once, and of their shares one after the other.
    private func compare(_ operation: (ParameterStore, Tensor) -> Tensor, width: Int = 65) {
        let x = Tensor.normal([7, 3, width], seed: 4, stream: 0)
        func result(_ x: Tensor, _ share: RowShare?) -> Tensor {
            let store = ParameterStore(seed: 5)
            store.isTraining = true
            guard let share else { return operation(store, x) }
            return store.random.withShare(share) { operation(store, store.ownRows(x)) }
        }
        let parts = (0..<3).map { result(x, RowShare(of: 7, rank: $0, size: 3)) }
        let whole = result(x, nil)
        #expect(Tensor.concatenated(parts, 0).isClose(to: whole, relative: 1e-5, absolute: 1e-6))
        // Masks that begin anew in a part differ.
        #expect(!result(x.slice(0, 3, 5), nil).isClose(to: parts[1], relative: 1e-5, absolute: 1e-6))
    }

    @Test func `drops what is dropped in the whole batch`() {
        compare { store, x in store.random.dropout(x, rate: 0.4) }
        compare { store, x in store.random.dropout(x.to(.float64), rate: 0.4).to(.float32) }
        compare { store, x in DropPath(store.root, 0.5)(x) + x }
    }

    @Test func `drops the same in operations of one pass`() {
        compare { store, x in
            Linear(store.root, 65, 64).rectified(x, dropout: Dropout(store.root, 0.4))
        }
        compare { store, x in
            let (norm, layer) = (LayerNorm(store.root / "n", 65), Linear(store.root / "l", 65, 16))
            return layer.normalized(x, norm, Dropout(store.root, 0.4), rectified: true)
        }
        compare(
            { store, x in MultiheadAttention(store.root, width: 64, heads: 4, dropout: 0.4)(query: x, key: x, value: x)
            },
            width: 64)
    }

    @Test func `has the same slopes in operations of one pass`() {
        func slope(_ share: RowShare?) -> Tensor {
            let store = ParameterStore(seed: 5)
            store.isTraining = true
            let x = Tensor.normal([7, 3, 64], seed: 4, stream: 0)
            let layer = MultiheadAttention(store.root, width: 64, heads: 4, dropout: 0.4)
            let linear = Linear(store.root / "l", 64, 64)
            func output(_ x: Tensor) -> Tensor {
                linear.rectified(layer(query: x, key: x, value: x), dropout: Dropout(store.root, 0.3)).squared().sum()
            }
            let loss = share.map { share in store.random.withShare(share) { output(store.ownRows(x)) } } ?? output(x)
            loss.backward()
            return layer.inProjectionWeight.gradient!
        }
        let parts = (0..<3).map { slope(RowShare(of: 7, rank: $0, size: 3)) }
        #expect((parts[0] + parts[1] + parts[2]).isClose(to: slope(nil), relative: 1e-4, absolute: 1e-4))
    }
}
