#include <hdf5.h>
#include <string.h>

// Swift sees neither HDF5's macros (each one first initialises the library) nor its variadic functions.

static inline herr_t moments_h5_keep_innermost(unsigned number, const H5E_error2_t *error, void *message) {
    (void)number;
    if (error->desc != NULL && error->desc[0] != 0) {
        strncpy((char *)message, error->desc, 255);
        ((char *)message)[255] = 0;
    }
    return 0;
}

/// The reason for the last failure on this thread; `message` has room for 256 bytes. Any other call forgets it.
static inline void moments_h5_reason(char *message) {
    message[0] = 0;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, moments_h5_keep_innermost, message);
    H5Eclear2(H5E_DEFAULT);
}

static inline hid_t moments_h5_open(const char *path, char *message) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    message[0] = 0;
    if (access < 0) return access;
#if H5_VERSION_GE(1, 10, 7)
    // A reader needs no lock, and some network file systems have none.
    H5Pset_file_locking(access, 0, 1);
#endif
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0) moments_h5_reason(message);
    H5Pclose(access);
    return file;
}

static inline hid_t moments_h5_create(const char *path) {
    // We hold a lock of our own on the file, which the library's would meet.
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    H5Pset_file_locking(access, 0, 1);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

static inline void moments_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Whether a data set's elements lie in other files, any files: lists of those are part of the format.
static inline int moments_h5_lies_elsewhere(hid_t dataset) {
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0) return 1;
    int elsewhere = H5Pget_external_count(creation) != 0 || H5Pget_layout(creation) == H5D_VIRTUAL;
    H5Pclose(creation);
    return elsewhere;
}

/// Opens a data set of this file; a link to another file leads nowhere.
static inline hid_t moments_h5_dataset(hid_t file, const char *name) {
    H5Lunregister(H5L_TYPE_EXTERNAL);
    return H5Dopen2(file, name, H5P_DEFAULT);
}

static inline herr_t moments_h5_read(hid_t dataset, hid_t type, void *bytes) {
    return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
}

/// Makes a data set, and the groups on the way to it, and writes it whole.
static inline herr_t moments_h5_write(hid_t file, const char *name, hid_t type, int rank, const hsize_t *extents,
                                      const void *bytes, char *message) {
    message[0] = 0;
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extents, NULL);
    herr_t status = -1;
    if (links >= 0 && space >= 0 && H5Pset_create_intermediate_group(links, 1) >= 0) {
        hid_t dataset = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
        if (dataset >= 0) {
            status = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
            if (status < 0) moments_h5_reason(message);
            H5Dclose(dataset);
        }
    }
    if (status < 0 && message[0] == 0) moments_h5_reason(message);
    if (space >= 0) H5Sclose(space);
    if (links >= 0) H5Pclose(links);
    return status;
}

/// A little-endian number type: an integer of `size` bytes, or a float with these widths of its parts.
static inline hid_t moments_h5_integer(size_t size, int is_signed) {
    hid_t type = H5Tcopy(is_signed ? H5T_STD_I64LE : H5T_STD_U64LE);
    if (H5Tset_size(type, size) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static inline hid_t moments_h5_float(size_t size, size_t exponent, size_t mantissa) {
    hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    size_t bits = size * 8;
    if (H5Tset_fields(type, bits - 1, mantissa, exponent, 0, mantissa) < 0 || H5Tset_size(type, size) < 0 ||
        H5Tset_ebias(type, ((size_t)1 << (exponent - 1)) - 1) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

/// The widths of a float's parts; negative where it is no IEEE-like float.
static inline herr_t moments_h5_float_parts(hid_t type, size_t *exponent, size_t *mantissa) {
    size_t sign_position, exponent_position, mantissa_position;
    if (H5Tget_fields(type, &sign_position, &exponent_position, exponent, &mantissa_position, mantissa) < 0) return -1;
    if (mantissa_position != 0 || exponent_position != *mantissa || sign_position != *mantissa + *exponent) return -1;
    return H5Tget_ebias(type) == ((size_t)1 << (*exponent - 1)) - 1 ? 0 : -1;
}

/// Calls `visit` with the path of every link below the root.
static inline herr_t moments_h5_visit(hid_t file, H5L_iterate_t visit, void *context) {
    return H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, context);
}

/// Whether a path leads to a data set. An outside link is not followed.
static inline int moments_h5_is_dataset(hid_t file, const char *name) {
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    if (object < 0) return 0;
    int is_dataset = H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return is_dataset;
}
