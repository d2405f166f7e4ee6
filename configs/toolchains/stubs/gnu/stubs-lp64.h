// SPDX-License-Identifier: BSD-2-Clause
// Empty: libstdc++'s freestanding headers ask the C library for it, which has none for this float ABI.
