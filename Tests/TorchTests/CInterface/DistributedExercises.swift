import CTorch
import TestSupport
import Testing
import Torch

/// process_group.cpp, nccl_backend.cpp and gradient_buckets.cpp, between two ranks; more in ProcessGroupTests and GradientBucketTests.
let distributedExercises: [String: Exercise] = [
    "ct_open_store": {
        let store = try KeyStore(servingAt: "127.0.0.1")
        #expect(store.port > 0 && store.isServer)
    },
    "ct_close_store": {
        var store: KeyStore? = try KeyStore(servingAt: "127.0.0.1")
        let port = try #require(store).port
        store = nil
        #expect(throws: DistributedError.self) { try KeyStore(at: "127.0.0.1", port: port, seconds: 0.5) }
    },
    "ct_store_set": {
        let store = try KeyStore(servingAt: "127.0.0.1")
        #expect(store.set("key", "") && store.text("key", within: 1) == "")
    },
    "ct_store_get": {
        let store = try KeyStore(servingAt: "127.0.0.1")
        let other = try KeyStore(at: "127.0.0.1", port: store.port, seconds: 10)
        other.set("key", "grüß")
        #expect(store.text("key", within: 1) == "grüß" && store.text("none", within: 0.01) == nil)
    },
    "ct_store_add": {
        let store = try KeyStore(servingAt: "127.0.0.1")
        #expect(store.increment("count") == 1 && store.increment("count") == 2)
    },
    "ct_join_group": {
        let places = try withRanks(2) { [$0.rank, $0.size] }
        #expect(places == [[0, 2], [1, 2]])
    },
    "ct_has_nccl": {
        #expect(ProcessGroup.hasNCCL == ct_has_nccl())
        if Device.gpus.isEmpty { #expect(!ct_has_nccl()) }
    },
    "ct_gpu_identity": {
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect((ct_gpu_identity(0, &bytes) == 0) == (ct_has_nccl() && !Device.gpus.isEmpty))
        #expect((bytes.max() == 0) == !ct_has_nccl())
    },
    "ct_use_nccl": { try sumsOnGPUOrRefuses() },
    "ct_watch_process": { try sumsOnGPUOrRefuses() },
    "ct_leave_group": {
        let reasons = try withRanks(2) { group in
            if group.rank == 1 {
                group.leave(because: "done here")
                return ""
            }
            let error = #expect(throws: DistributedError.self) { try group.sum(Tensor([1.0])) }
            return "\(error!)"
        }
        #expect(reasons[0].contains("Rank 1 (process") && reasons[0].contains("ended: done here"))
    },
    "ct_free_group": {
        let ends = try withRanks(2) { _ in true }
        #expect(ends == [true, true])
    },
    "ct_group_failure": { #expect(throws: Never.self) { try withRanks(2) { try $0.check() } } },
    "ct_all_reduce": {
        let sums = try withRanks(3) { group in
            let x = Tensor([Double(group.rank), 1])
            try group.sum(x)
            return x.doubles()
        }
        #expect(sums == [[Double]](repeating: [3, 3], count: 3))
    },
    "ct_broadcast": {
        let values = try withRanks(2) { group in
            let x = Tensor([group.rank + 5])
            try group.broadcast(x, from: 1)
            return x.ints()
        }
        #expect(values == [[6], [6]])
    },
    "ct_all_gather": {
        let all = try withRanks(2) { try $0.gather(Tensor([$0.rank, 7])) }
        #expect(all.allSatisfy { $0.shape == [2, 2] && $0.flattened().ints() == [0, 7, 1, 7] })
    },
    "ct_gather_rows": {
        let wholes = try withRanks(2) { group in
            let share = RowShare(of: 3, rank: group.rank, size: 2)
            return group.gatherRows([Tensor(share.rows.map { [Double($0)] })], share)[0].flattened().doubles()
        }
        #expect(wholes == [[0, 1, 2], [0, 1, 2]])
    },
    "ct_make_buckets": {
        let sums = try summedGradients()
        #expect(sums == [[3], [3]])
    },
    "ct_finish_buckets": {
        let sums = try summedGradients()
        #expect(sums == [[3], [3]])
    },
    "ct_free_buckets": {
        // Without buckets nothing is added up any more.
        let own = try summedGradients(keepsBuckets: false)
        #expect(own == [[1], [2]])
    },
]

/// Gradients 1 and 2 of one parameter, added up over two ranks.
private func summedGradients(keepsBuckets: Bool = true) throws -> [[Double]] {
    try withRanks(2) { group in
        let store = ParameterStore(dtype: .float64)
        let x = store.root.parameter("x", [1], .ones)
        var buckets: GradientBuckets? = GradientBuckets(group, store.parameters)
        if !keepsBuckets { buckets = nil }
        (x * Double(group.rank + 1)).backward()
        try buckets?.finish()
        return x.gradient?.doubles() ?? []
    }
}

/// A group of one with a GPU of its own sums by NCCL, and notices no end of itself; where there is none, an error says so.
private func sumsOnGPUOrRefuses() throws {
    let store = try KeyStore(servingAt: "127.0.0.1")
    var place = DistributedEnvironment(rank: 0, size: 1, address: "127.0.0.1", port: store.port)
    place.isServedByLauncher = true
    let group = try ProcessGroup(place)
    try group.prepareExchanges(on: .best)
    #expect(group.usesNCCL == (ct_has_nccl() && !Device.gpus.isEmpty))
    let x = Tensor([1.0, 2]).to(.best)
    try group.sum(x)
    try group.broadcast(x)
    #expect(x.doubles() == [1, 2])
    #expect(try group.gather(x).doubles() == [1, 2])
}
