#include "cfaiss.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/index_io.h>
#include <faiss/invlists/OnDiskInvertedLists.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <vector>

struct CFaissIndexBox {
    std::unique_ptr<faiss::IndexIVFPQ> index;
};

namespace {

thread_local std::string lastError;

/// No exception leaves C++.
template <typename Body>
CFaissStatus guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const std::exception& error) {
        lastError = error.what();
    } catch (...) {
        lastError = "an exception without a message";
    }
    return 1;
}

/// Numbers in ranges that are in order.
struct InRanges : faiss::IDSelector {
    const int64_t* bounds;
    int64_t count;

    InRanges(const int64_t* bounds, int64_t count) : bounds(bounds), count(count) {}

    bool is_member(idx_t id) const override {
        // Behind an odd number of bounds a number lies inside of a range.
        const auto behind = std::upper_bound(bounds, bounds + 2 * count, int64_t(id)) - bounds;
        return behind % 2 == 1;
    }
};

}  // namespace

const char* cfaiss_last_error(void) { return lastError.c_str(); }

void cfaiss_free(CFaissIndex index) { delete index; }

CFaissStatus cfaiss_train(
    const float* rows, int64_t count, int32_t width, int64_t lists, int32_t bytes, int64_t seed, CFaissIndex* out) {
    return guarded([&] {
        auto quantizer = std::make_unique<faiss::IndexFlatIP>(width);
        auto index = std::make_unique<faiss::IndexIVFPQ>(
            quantizer.get(), width, lists, bytes, 8, faiss::METRIC_INNER_PRODUCT);
        quantizer.release();
        index->own_fields = true;
        index->cp.seed = index->pq.cp.seed = int(seed);
        // More rounds and samples cost minutes and bring nothing that more probes would not.
        index->cp.niter = index->pq.cp.niter = 10;
        index->pq.cp.max_points_per_centroid = 64;
        // Fewer than it would like are a matter of small libraries, and no reason to write to the standard error.
        index->cp.min_points_per_centroid = index->pq.cp.min_points_per_centroid = 1;
        index->train(count, rows);
        *out = new CFaissIndexBox{std::move(index)};
    });
}

CFaissStatus cfaiss_add(CFaissIndex index, const float* rows, const int64_t* ids, int64_t count) {
    return guarded([&] { index->index->add_with_ids(count, rows, ids); });
}

CFaissStatus cfaiss_write(CFaissIndex index, const char* path) {
    return guarded([&] { faiss::write_index(index->index.get(), path); });
}

CFaissStatus cfaiss_open(const char* path, CFaissIndex* out) {
    return guarded([&] {
        std::unique_ptr<faiss::Index> read(faiss::read_index(path, faiss::IO_FLAG_MMAP | faiss::IO_FLAG_READ_ONLY));
        auto* index = dynamic_cast<faiss::IndexIVFPQ*>(read.get());
        if (index == nullptr) throw std::runtime_error("it is an index of another kind");
        // Its threads that read ahead cost more than they bring, and cannot be shared by searches.
        if (auto* lists = dynamic_cast<faiss::OnDiskInvertedLists*>(index->invlists)) lists->prefetch_nthread = 0;
        read.release();
        *out = new CFaissIndexBox{std::unique_ptr<faiss::IndexIVFPQ>(index)};
    });
}

CFaissStatus cfaiss_sizes(CFaissIndex index, int32_t* width, int64_t* lists) {
    *width = index->index->d;
    *lists = int64_t(index->index->nlist);
    return 0;
}

CFaissStatus cfaiss_search(
    CFaissIndex index, const float* vector, int64_t probes, int64_t count, const int64_t* bounds, int64_t ranges,
    int64_t* ids, int64_t* found) {
    return guarded([&] {
        InRanges selector(bounds, ranges);
        faiss::IVFPQSearchParameters parameters;
        parameters.nprobe = size_t(probes);
        parameters.sel = &selector;
        std::vector<float> products(count);
        index->index->search(1, vector, count, products.data(), ids, &parameters);
        // Where there are fewer than wanted, the rest are -1.
        *found = std::find(ids, ids + count, int64_t(-1)) - ids;
    });
}
