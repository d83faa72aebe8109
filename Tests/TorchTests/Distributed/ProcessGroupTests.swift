import Foundation
import TestSupport
import Testing
import Torch

@Suite struct `Processes that compute together` {
    @Test func `exchange values, also of different lengths`() throws {
        let all = try withRanks(3) { try $0.gather([String](repeating: "ü", count: $0.rank * 20)) }
        #expect(all.allSatisfy { $0.map(\.count) == [0, 20, 40] && $0[2][39] == "ü" })
        let first = try withRanks(3) { try $0.broadcast(["rank": $0.rank]) }
        #expect(first == [["rank": 0], ["rank": 0], ["rank": 0]])
    }

    @Test(arguments: [1, 2, 3, 7]) func `gather rows with gradients, however they are divided`(total: Int) throws {
        let weights = Tensor.normal([total, 2, 3], seed: 1, stream: 0, dtype: .float64)
        let values = Tensor.normal([total, 2, 3], seed: 1, stream: 1, dtype: .float64)
        let alone = values.cloned().requiringGradient()
        (alone.squared() * weights).sum().backward()
        let slopes = try withRanks(3) { group in
            let share = RowShare(of: total, rank: group.rank, size: group.size)
            let own = values.slice(0, share.rows.lowerBound, share.rows.upperBound).cloned().requiringGradient()
            let mask = own .> 0
            let whole = group.gatherRows([own.squared(), mask], share)
            #expect(whole[1].dtype == .bool && whole[1].isClose(to: values .> 0))
            ((whole[0] * weights).sum() / Double(group.size)).backward()
            let count = share.counts[group.rank]
            // A row that was computed for nothing has no slope.
            #expect(count > 0 || own.gradient?.abs().sum().item() == 0)
            return own.gradient!.slice(0, 0, count)
        }
        #expect(Tensor.concatenated(slopes, 0).isClose(to: alone.gradient!, relative: 1e-12))
    }

    @Test func `name who did not come`() throws {
        let store = try KeyStore(servingAt: "127.0.0.1")
        var limits = ProcessGroup.Limits()
        limits.meeting = 0.3
        var place = DistributedEnvironment(rank: 1, size: 4, address: "127.0.0.1", port: store.port)
        place.isServedByLauncher = true
        let error = #expect(throws: DistributedError.self) { try ProcessGroup(place, limits: limits) }
        guard case .absent(ranks: [0, 2, 3], size: 4, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let again = #expect(throws: DistributedError.self) { try ProcessGroup(place, limits: limits) }
        guard case .twice(rank: 1)? = again else {
            Issue.record("\(String(describing: again))")
            return
        }
    }

    @Test func `say where rank 0 is not to be reached, and that its port is taken`() throws {
        let port = try KeyStore(servingAt: "127.0.0.1").port
        var limits = ProcessGroup.Limits()
        limits.meeting = 0.5
        let unreachable = #expect(throws: DistributedError.self) {
            try ProcessGroup(
                DistributedEnvironment(rank: 1, size: 2, address: "127.0.0.1", port: port), limits: limits)
        }
        #expect("\(unreachable!)".contains("Rank 0 does not answer at 127.0.0.1:\(port)"))
        let store = try KeyStore(servingAt: "127.0.0.1")
        let taken = #expect(throws: DistributedError.self) {
            try ProcessGroup(DistributedEnvironment(rank: 0, size: 2, address: "127.0.0.1", port: store.port))
        }
        #expect("\(taken!)".hasPrefix("Port \(store.port) of 127.0.0.1 is taken"))
    }

    @Test func `fail in a backward pass without a trap, and say so when asked`() throws {
        let errors = try withRanks(2) { group in
            let share = RowShare(of: 2, rank: group.rank, size: 2)
            let own = Tensor([[1.0, 2]]).requiringGradient()
            let whole = group.gatherRows([own], share)[0]
            if group.rank == 1 {
                group.leave(because: "no more")
                return ""
            }
            whole.sum().backward()
            let error = #expect(throws: DistributedError.self) { try group.check() }
            #expect(throws: DistributedError.self) { try group.gather(1) }
            return "\(error!)"
        }
        #expect(errors[0].contains("ended: no more"))
    }
}

@Suite struct `The environment of several processes` {
    private let good = ["RANK": "2", "WORLD_SIZE": "4", "MASTER_ADDR": "node1", "MASTER_PORT": "29500"]

    @Test func `is what PyTorch's launchers set`() throws {
        let place = try #require(
            try DistributedEnvironment(
                good.merging(["LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_USE_AGENT_STORE": "True"]) {
                    $1
                }))
        #expect(place.rank == 2 && place.size == 4 && place.address == "node1" && place.port == 29500)
        #expect(place.localRank == 1 && place.localSize == 2 && place.isServedByLauncher)
    }

    @Test func `gives the processes of a machine its GPUs in turn`() throws {
        var place = DistributedEnvironment(rank: 5, size: 8, address: "node1", port: 29500)
        place.localRank = 3
        let gpus = [Device.cuda(0), .cuda(1)]
        #expect(place.device(named: "cuda", among: gpus) == .cuda(1))
        #expect(place.device(named: "best", among: gpus) == .cuda(1))
        #expect(place.device(named: "cuda:0", among: gpus) == .cuda(0))
        #expect(place.device(named: "cpu", among: gpus) == .cpu)
        #expect(place.device(named: "best", among: []) == .best)
        #expect(place.device(named: "gpu", among: gpus) == nil)
    }

    @Test func `names nobody where it says nothing, or one process`() throws {
        #expect(try DistributedEnvironment([:]) == nil)
        #expect(try DistributedEnvironment(["MASTER_PORT": "29500"]) == nil)
        #expect(try DistributedEnvironment(["RANK": "0", "WORLD_SIZE": "1"]) == nil)
    }

    @Test(
        arguments: [
            (["WORLD_SIZE": ""], "not WORLD_SIZE"),
            (["MASTER_ADDR": "", "MASTER_PORT": ""], "MASTER_ADDR, MASTER_PORT"),
            (["RANK": "4"], "RANK=4: it must be a number from 0 to 3"), (["WORLD_SIZE": "many"], "WORLD_SIZE=many"),
            (["MASTER_PORT": "0"], "MASTER_PORT=0"),
        ]) func `says what is missing and what cannot be`(change: [String: String], said: String)
    {
        let error = #expect(throws: DistributedError.self) {
            try DistributedEnvironment(good.merging(change) { $1 })
        }
        #expect("\(error!)".contains(said))
    }
}
