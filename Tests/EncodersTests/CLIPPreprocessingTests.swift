import TestSupport
import Testing
import Torch

@testable import Encoders

@Suite("CLIP's preprocessing")
struct CLIPPreprocessingTests {
    @Test("an image of one colour keeps it, and a square of the right size stays as it is")
    func identity() {
        let plain = Tensor([UInt8](repeating: 201, count: 7 * 19 * 3), shape: [7, 19, 3])
        let square = ImagePreprocessing(side: 5).square(plain)
        #expect(square.shape == [5, 5, 3])
        #expect(square.ints() == Array(repeating: 201, count: 75))
        let bytes = (0..<48).map { UInt8($0 * 5) }
        #expect(ImagePreprocessing(side: 4).square(Tensor(bytes, shape: [4, 4, 3])).elements(UInt8.self) == bytes)
    }

    @Test("the middle is kept, and sharp edges do not leave 0…255")
    func middle() {
        // Two black columns, four white ones, two black ones: the middle square of 4×8 is white.
        let row = [0, 0, 255, 255, 255, 255, 0, 0].flatMap { [UInt8](repeating: $0, count: 3) }
        let image = Tensor((0..<4).flatMap { _ in row }, shape: [4, 8, 3])
        #expect(ImagePreprocessing(side: 4).square(image).ints() == Array(repeating: 255, count: 48))
        let larger = ImagePreprocessing(side: 8).square(image)
        #expect(larger[0, 4, 0].integer() == 255)
        #expect(larger[0, 0, 0].integer() < 255)
    }
}

@Suite("CLIP's preprocessing against its reference (Golden)")
struct CLIPPreprocessingGoldenTests {
    private struct Config: Decodable {
        struct Image: Decodable { let name: String }
        let images: [Image]
    }

    @Test("pictures are scaled and cropped to the same bytes", arguments: GoldenCase.all("clip_preprocess"))
    func squares(_ golden: GoldenCase) throws {
        for image in try golden.config(Config.self).images {
            let square = ImagePreprocessing().square(try golden.tensor("\(image.name).input_HWC"))
            let wanted = try golden.tensor("\(image.name).openai_resized_cropped_HWC")
            #expect(square.elements(UInt8.self) == wanted.elements(UInt8.self), "\(image.name)")
        }
    }

    @Test("bytes become the same numbers, both ways", arguments: GoldenCase.all("clip_preprocess"))
    func numbers(_ golden: GoldenCase) throws {
        let ways: [(FrameNormalization, from: String, to: String)] = [
            (.openAI, "openai_resized_cropped_HWC", "openai_normalised_CHW"),
            (.clip, "ffmpeg_scaled_cropped_HWC", "moment_detr_normalised_CHW"),
        ]
        for image in try golden.config(Config.self).images {
            for (normalization, from, to) in ways {
                let whole = normalization(try golden.tensor("\(image.name).\(from)").unsqueezed(0)).entry(0, 0)
                if image.name == "small" {
                    #expect(mismatch(whole, try golden.tensor("small.\(to)")) == nil)
                } else {
                    // Of the larger ones three rows are kept: 3×3×224.
                    let rows = Tensor.stacked([0, 100, 223].map { whole.entry($0, 1) }, 1)
                    #expect(mismatch(rows, try golden.tensor("\(image.name).\(to)_rows_0_100_223")) == nil)
                }
            }
        }
    }
}
