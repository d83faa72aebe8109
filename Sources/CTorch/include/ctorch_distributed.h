/// Processes that compute together, through libtorch's c10d. The rules are those of ctorch.h.
#ifndef CTORCH_DISTRIBUTED_H
#define CTORCH_DISTRIBUTED_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: process_group.cpp: stores, groups, and what they exchange

/// Keys and bytes that processes share over TCP.
typedef struct CTStoreBox* CTStore;
/// Processes with ranks 0…size − 1 that exchange tensors. All call the same operations in the same order. Once one has
/// failed, all later ones fail.
typedef struct CTGroupBox* CTGroup;

/// Connects to the store at `host`:`port`, or serves it there. Port 0 takes a free one; `*bound` is the port.
CTStatus ct_open_store(
    const char* host, int32_t port, bool serves, int64_t milliseconds, CTStore* out, int32_t* bound);
void ct_close_store(CTStore store);
CTStatus ct_store_set(CTStore store, const char* key, const void* data, int64_t bytes);
/// The bytes of a key as uint8, once somebody has set it; NULL where nobody does within the time.
CTStatus ct_store_get(CTStore store, const char* key, int64_t milliseconds, CTTensor* out);
/// Adds to a number that begins at 0; `*after` is the sum.
CTStatus ct_store_add(CTStore store, const char* key, int64_t amount, int64_t* after);
/// Connects to all others by Gloo. `name` tells apart the groups of a store. The own end is at `address`, or at the
/// interface of that name.
CTStatus ct_join_group(
    CTStore store, const char* name, const char* address, bool is_interface, int32_t rank, int32_t size,
    int64_t milliseconds, CTGroup* out);
/// Whether this build can exchange tensors on GPUs by NCCL.
bool ct_has_nccl(void);
/// Sixteen bytes that tell a GPU apart from all others.
CTStatus ct_gpu_identity(CTDevice device, uint8_t* out);
/// From now on tensors on a GPU are exchanged by NCCL; each process has one of its own. Without it they go through main
/// memory. `name` tells apart the groups of a store; an exchange that takes longer than the time has failed.
CTStatus ct_use_nccl(CTGroup group, CTStore store, const char* name, int64_t milliseconds);
/// An exchange by NCCL fails once this process of the same machine has ended.
CTStatus ct_watch_process(CTGroup group, int32_t process);
/// Closes the connections, so that the others notice.
CTStatus ct_leave_group(CTGroup group);
void ct_free_group(CTGroup group);
/// What went wrong first; NULL while all is well. The text lives as long as the group.
CTStatus ct_group_failure(CTGroup group, const char** out);
/// Adds the tensors of all, in place.
CTStatus ct_all_reduce(CTGroup group, CTTensor x);
/// Everybody gets the root's tensor, in place.
CTStatus ct_broadcast(CTGroup group, CTTensor x, int32_t root);
/// size×…: the tensors of all, one below the other; they have the same shape.
CTStatus ct_all_gather(CTGroup group, CTTensor x, CTTensor* out);
/// The rows of all, of a matrix that each has some of: `counts[rank]` of its first ones. Gradients are added up over the
/// processes. A failure of the group gives zeros, in the backward pass too; see `ct_group_failure`.
CTStatus ct_gather_rows(CTGroup group, CTTensor x, CTInts counts, CTTensor* out);

// MARK: gradient_buckets.cpp: gradients added up over processes while the backward pass goes on

/// The gradients of a list of parameters, in buckets.
typedef struct CTBucketsBox* CTBuckets;

/// From now on each backward pass sends a bucket off as soon as all its gradients are there, in the order that is the
/// opposite of the parameters'.
CTStatus ct_make_buckets(CTGroup group, const CTTensor* parameters, int32_t count, int64_t bytes, CTBuckets* out);
/// After a backward pass: the parameters that got gradients have their sums over all processes.
CTStatus ct_finish_buckets(CTBuckets buckets);
void ct_free_buckets(CTBuckets buckets);

#ifdef __cplusplus
}
#endif
#endif
