extension Catalogue {
    // Hashes and sizes below are computed from the repositories' files at the commits in the addresses.

    static let dataSets = [
        CatalogueItem(
            name: "qvhighlights", purpose: "QVHighlights' annotations: training, validation, test with ground truth",
            licence: "CC BY-NC-SA 4.0",
            files: [
                momentDETR(
                    "highlight_train_release.jsonl", 3_956_580,
                    "fd28404187468f57cf99242be2963127dc9b4aef26c7de3cb9469569801f2625"),
                momentDETR(
                    "highlight_val_release.jsonl", 821_101,
                    "f668a1eaea156ec5315e14718999cea043a8cf948d3cafbd8e8d655318c3cd02"),
                momentDETR(
                    "highlight_test_with_gt.jsonl", 824_658,
                    "bd50ec6bb5dd3f72571126ba5fdc7418efdd9219a9487984e483a02e2ce5d493"),
            ]),
        CatalogueItem(
            name: "qvhighlights-features",
            purpose: "QVHighlights' features by CLIP and SlowFast, about 8 GB packed; the archive is unpacked",
            licence: "published with moment_detr (code MIT, annotations CC BY-NC-SA 4.0); no terms of its own",
            files: [
                CatalogueFile(
                    name: "moment_detr_features.tar.gz",
                    address: address(
                        // The project names a page of Google Drive; this is the same file without the page.
                        "https://drive.usercontent.google.com/download?id=1Hiln02F1NEpoW8-iPZurRyi-47-W2_B9"
                            + "&export=download&confirm=t"))
            ]),
        CatalogueItem(
            name: "charades-sta", purpose: "Charades-STA's annotations as jsonl", licence: authors,
            files: [
                lighthouse(
                    "charades/charades_train_release.jsonl", 1_616_506,
                    "bcb0deddbb552354323a26dd39d3d9f2fe6d9b70fd9e51697344317364962442"),
                lighthouse(
                    "charades/charades_test_release.jsonl", 488_238,
                    "13d6e9152794d87bb501a827edcbe69e5c0428f0af60e926e6b87e4f452ad5b2"),
            ]),
        CatalogueItem(
            name: "tacos", purpose: "TACoS' annotations as jsonl", licence: authors,
            files: [
                lighthouse(
                    "tacos/tacos_train_release.jsonl", 1_864_171,
                    "d5c931511093d0e4a4a7f5b6592420ac1c33e2a824eb3024408f538593959e7f"),
                lighthouse(
                    "tacos/tacos_val_release.jsonl", 846_710,
                    "1f75348f28e3dcf1e4941eb3477cf7c7b6d587ca21c060d38a35b25029090107"),
                lighthouse(
                    "tacos/tacos_test_release.jsonl", 761_543,
                    "07e29508bfc2d512f1ec2f7b70b289ab094dd8ed8f39403fc42be14be62bb675"),
            ]),
        CatalogueItem(
            name: "tvsum", purpose: "TVSum's titles and shot scores as jsonl",
            licence: "the videos are CC BY 3.0; the annotations name no terms",
            files: [
                lighthouse(
                    "tvsum/tvsum_train_release.jsonl", 455_424,
                    "f23a819e3b97d1404b986995cfd84e2c8e6ec2ab6f1fb8e035984332c8918380"),
                lighthouse(
                    "tvsum/tvsum_val_release.jsonl", 193_627,
                    "4b0788e8aa8091fd57f5a1d550d8998d9fda206e5014b716e52d3232b2d5a426"),
            ]),
        CatalogueItem(
            name: "youtube-highlights", purpose: "YouTube Highlights' clips and labels as jsonl", licence: authors,
            files: [
                lighthouse(
                    "youtube_highlight/youtube_highlight_train_release.jsonl", 447_223,
                    "42eeb3ff6a600edadb8174cba3051cea2b323029b71e6aee750fef70f606a71e"),
                lighthouse(
                    "youtube_highlight/youtube_highlight_val_release.jsonl", 232_614,
                    "3a0ffaa30695952f9f8c882947825328f4fea71dd34ce47b30d4160c79b37785"),
            ]),
    ]

    private static let authors =
        "its authors', who name none with these files: research use; the repository is Apache 2.0"

    /// The data set's own repository.
    private static func momentDETR(_ name: String, _ byteCount: Int, _ hash: String) -> CatalogueFile {
        CatalogueFile(
            name: name,
            address: address(
                "https://raw.githubusercontent.com/jayleicn/moment_detr/b7e553ac3b0c898ee6b85e03ee507c064eab89ca/data/"
                    + name),
            byteCount: byteCount, sha256: hash)
    }

    /// The toolkit from which the field takes these data sets in QVHighlights' form.
    private static func lighthouse(_ path: String, _ byteCount: Int, _ hash: String) -> CatalogueFile {
        CatalogueFile(
            name: path.split(separator: "/").last.map(String.init) ?? path,
            address: address(
                "https://raw.githubusercontent.com/line/lighthouse/d095eaa552cecef240897a8b750306b3b2a08740/data/"
                    + path),
            byteCount: byteCount, sha256: hash)
    }
}
