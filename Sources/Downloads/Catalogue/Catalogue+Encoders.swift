extension Catalogue {
    /// CLIP as features are made with it.
    public static let clip = "clip-vit-b-32"
    /// SlowFast as features are made with it.
    public static let slowFast = "slowfast-8x8-r50"

    static let encoders = [
        openAI(
            clip, "CLIP ViT-B/32, which the published features of QVHighlights are made with; find and extract use it",
            "ViT-B-32.pt", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
        openAI(
            "clip-vit-b-16", "CLIP ViT-B/16: smaller patches, slower, other features", "ViT-B-16.pt",
            "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
        openAI(
            "clip-vit-l-14", "CLIP ViT-L/14: larger, much slower, features of width 768", "ViT-L-14.pt",
            "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
        CatalogueItem(
            name: slowFast,
            purpose:
                "SlowFast 8×8 R50 in PySlowFast's layout, which the published features of QVHighlights are made with",
            licence: kinetics,
            files: [
                CatalogueFile(
                    name: "SLOWFAST_8x8_R50.pkl",
                    address: address(
                        "https://dl.fbaipublicfiles.com/pyslowfast/model_zoo/kinetics400/SLOWFAST_8x8_R50.pkl"))
            ]),
        CatalogueItem(
            name: "slowfast-8x8-r50-pytorchvideo",
            purpose: "SlowFast 8×8 R50 as PyTorchVideo trained it: the same network, other weights and features",
            licence: kinetics,
            files: [
                CatalogueFile(
                    name: "SLOWFAST_8x8_R50.pyth",
                    address: address(
                        "https://dl.fbaipublicfiles.com/pytorchvideo/model_zoo/kinetics/SLOWFAST_8x8_R50.pyth"))
            ]),
    ]

    private static let kinetics =
        "Apache 2.0 (code of the project that publishes it); trained on Kinetics-400, whose own terms hold"

    /// Weights and the vocabulary, without which sentences cannot be read.
    private static func openAI(_ name: String, _ purpose: String, _ file: String, _ hash: String) -> CatalogueItem {
        CatalogueItem(
            name: name, purpose: purpose, licence: "MIT (openai/CLIP)",
            files: [
                // The address contains the hash.
                CatalogueFile(
                    name: file, address: address("https://openaipublic.azureedge.net/clip/models/\(hash)/\(file)"),
                    sha256: hash),
                // Hash and size computed from the repository's file at this commit.
                CatalogueFile(
                    name: "bpe_simple_vocab_16e6.txt.gz",
                    address: address(
                        "https://raw.githubusercontent.com/openai/CLIP/d05afc436d78f1c48dc0dbf8e5980a9d471f35f6/clip/"
                            + "bpe_simple_vocab_16e6.txt.gz"),
                    byteCount: 1_356_917,
                    sha256: "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"),
            ])
    }
}
