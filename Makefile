# `make` alone says what there is. Everything that takes more than a line lies in scripts/.

.DEFAULT_GOAL := help
.PHONY: help setup build command release test page-test lint format demo demo-training world bench faults documentation clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: Debian packages, libtorch in .deps/libtorch (LIBTORCH=DIR takes yours)
	@scripts/setup

build: setup ## Build everything for debugging
	swift build

command: setup ## Build the command, optimised: .build/release/moments
	swift build -c release --product moments-libtorch
	swift build -c release --product moments

release: command ## Pack it with its libraries, to run on a bare Debian 12: .build/archive/moments-*.tar.gz
	@scripts/archive

test: setup ## Build and run all tests and the style check
	@scripts/test

page-test: build ## Test the page of `moments serve` in a headless Chromium (says what is missing)
	@scripts/page-test

lint: ## Check the style
	@scripts/lint

format: ## Mend what the style check can mend by itself
	swift format --in-place --recursive --parallel Package.swift Sources Tests Examples Fuzzing

demo: command ## Find moments in a sample video, from its pixels, with the models that come with the package
	@scripts/demo

demo-training: command ## Simulate features, train a small CDNet, score it, find a moment: all in demo/
	@scripts/demo-training

world: command ## Make the small world's videos, encoders and CDNet again, from nothing: hours (scripts/world --install keeps them)
	@scripts/world

bench: command ## Time training, queries, scoring and loading against a matrix product
	.build/release/moments bench

faults: command ## Kill it at work, fill its disk, change what it reads: docs/endurance.md (minutes)
	@scripts/fault-suite

documentation: build ## Make the libraries' documentation with DocC: .build/documentation
	@scripts/documentation

clean: ## Remove what was built; keeps .deps
	swift package clean
	rm -rf demo
