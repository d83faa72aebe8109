import CTorch
import Testing
import Torch

/// recording.cpp. What a GPU does with it is tested with the models, in GPUTests.
let recordingExercises: [String: Exercise] = [
    "ct_can_record": {
        #expect(!Recording.isPossible(on: .cpu))
        #expect(Recording.isPossible(on: .cuda(0)) == ct_can_record())
        if Device.gpus.isEmpty { #expect(!ct_can_record()) }
    },
    "ct_recording_prepare": { try refusesOrRepeats() },
    "ct_recording_begin": { try refusesOrRepeats() },
    "ct_recording_end": { try refusesOrRepeats() },
    "ct_recording_replay": { try refusesOrRepeats() },
    "ct_recording_free": { try refusesOrRepeats() },
]

/// Where there is no GPU, an error says so; else a sum is recorded and repeated.
private func refusesOrRepeats() throws {
    guard ct_can_record() else {
        var recording: CTRecording?
        #expect(ct_recording_prepare(0, &recording) == 1)
        #expect(recording == nil && !String(cString: ct_last_error()).isEmpty)
        return
    }
    let x = Tensor.ones([3], device: .cuda(0))
    var sum: Tensor?
    let recording = Recording(on: .cuda(0)) { sum = x.sum() }
    x.inPlaceFill(2)
    recording.replay(seed: 0)
    #expect(try #require(sum).item() == 6)
}
