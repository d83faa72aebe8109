"""The page's pure modules: their tests run in the browser itself."""

import support


class Modules(support.PageTest):
    def test_every_module_test_passes(self):
        self.open("tests/index.html")
        outcome = self.page.until("window.outcome")
        self.assertGreater(len(outcome), 50)
        for result in outcome:
            with self.subTest(result["name"]):
                self.assertIsNone(result["problem"])


if __name__ == "__main__":
    support.unittest.main()
