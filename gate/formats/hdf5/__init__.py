"""HDF5: the container is walked for what reaches outside it; the data of its datasets is never read.

Source of every structure: HDF5 File Format Specification 3.0 and, where it is silent, the behaviour of the
library 1.14 and 2.0. Checksums are not verified: what is damaged is looked at as if it were not.
"""
